package guests

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A west is what the languages with Latin letters differ in.
type west struct {
	given, family, streets, cities []string
	street                         string // format of a street and its number
	doors                          []string
	phone                          func(*rand.Rand) string
	code                           func(*rand.Rand) string
	cityLine                       string // format of post code and city
}

func (w west) guest(r *rand.Rand) guest {
	given, family := pick(r, w.given), pick(r, w.family)
	g := guest{name: given + " " + family, phone: w.phone(r), secrets: []string{family}}
	switch r.IntN(6) {
	case 0:
		g.name = given + " " + family[:1] + "."
		g.secrets = []string{g.name}
	case 1:
		g.name = strings.ToUpper(g.name)
		g.secrets = []string{strings.ToUpper(family), family}
	case 2:
		g.name = family + ", " + given
	}
	g.secrets = append(g.secrets, given, g.phone)
	street := pick(r, w.streets)
	line := fmt.Sprintf(w.street, 1+r.IntN(180), street)
	city := fmt.Sprintf(w.cityLine, w.code(r), pick(r, w.cities))
	switch r.IntN(3) {
	case 0:
		g.address = []string{line, city}
	case 1:
		g.address = []string{line + ", " + fmt.Sprintf(pick(r, w.doors), 1+r.IntN(30)), city}
	default:
		g.address = []string{line}
	}
	g.secrets = append(g.secrets, street)
	if len(g.address) > 1 {
		g.secrets = append(g.secrets, city)
	}
	return g
}

func anyPhone(forms ...string) func(*rand.Rand) string {
	return func(r *rand.Rand) string {
		var b strings.Builder
		for _, c := range pick(r, forms) {
			if c == 'N' {
				c = rune('2' + r.IntN(8))
			}
			b.WriteRune(c)
		}
		return b.String()
	}
}

func person(w west, label string) func(*rand.Rand) (string, string) {
	return func(r *rand.Rand) (string, string) {
		f := pick(r, w.family)
		return fmt.Sprintf(label, pick(r, w.given)+" "+f), f
	}
}

func number(label string, n int) func(*rand.Rand) (string, string) {
	return func(r *rand.Rand) (string, string) {
		id := digits(r, n)
		return fmt.Sprintf(label, id), id
	}
}

func mail(label string) func(*rand.Rand) (string, string) {
	return func(r *rand.Rand) (string, string) {
		m := strings.ToLower(letters(r, 9)) + "@post.example"
		return fmt.Sprintf(label, m), m
	}
}

func firm(label, names string) func(*rand.Rand) (string, string) {
	return func(r *rand.Rand) (string, string) {
		f := pick(r, list(names))
		return fmt.Sprintf(label, f), f
	}
}

var latinMods = []string{"  %s", "  - %s", "   + %s", "    * %s"}

var (
	enPeople = west{
		given:    words("Percival Tamsin Araminta Leopold Saoirse Dashiell Winifred Ravinder Ngozi Thaddeus Marisol Bjorn Keiko Oluwaseun Clementine Rupert"),
		family:   words("Ashdown Pemberton Vanderbilt Mukherjee Oyelaran Castellanos Whitcombe Szymanski Tremblay Featherstone Abubakar Kowalczyk"),
		streets:  list("Larkspur Lane;Copperfield Avenue;Tannery Street;Juniper Hill Road;Salisbury Court;Montgomery Blvd;Eastgate Drive;N Halstead St;Cathedral Close"),
		cities:   words("Ashford Portland Galway Wichita Dunedin Leeds Toronto"),
		street:   "%d %s",
		doors:    []string{"Apt %dB", "Flat %d", "Unit %d", "Suite %d", "#%d", "Floor %d"},
		phone:    anyPhone("(NNN) NNN-NNNN", "NNN-NNN-NNNN", "+1 NNN NNN NNNN", "NNN.NNN.NNNN", "07NNN NNNNNN", "+44 7NNN NNNNNN", "NNNNNNNNNN", "020 NNNN NNNN"),
		code:     func(r *rand.Rand) string { return digits(r, 5) },
		cityLine: "%[2]s, OR %[1]s",
	}
	dePeople = west{
		given:    words("Gudrun Wolfgang Heike Torsten Annegret Detlef Roswitha Jürgen Kunigunde Ralf"),
		family:   words("Brinkmann Hohenstein Schäfer Lüdenscheidt Krause Vogelsang Oberhuber Zimmermann Quast"),
		streets:  list("Lindenallee;Am Mühlbach;Schillerstraße;Kastanienweg;Alter Markt;Rosengasse;Hauptstr.;Königsplatz;Bahnhofstraße"),
		cities:   words("Göttingen Regensburg Potsdam Kassel Bregenz"),
		street:   "%[2]s %[1]d",
		doors:    []string{"%d. Etage", "Hinterhaus %d", "Wohnung %d", "Klingel %d"},
		phone:    anyPhone("0151 NNNNNNNN", "+49 176 NNNNNNN", "030/NNNNNNN", "0NNN-NNNNNN", "0151/NNNNNNN"),
		code:     func(r *rand.Rand) string { return digits(r, 5) },
		cityLine: "%s %s",
	}
	esPeople = west{
		given:    words("Encarnación Baltasar Leocadia Ximena Evaristo Begoña Casimiro Itziar Rocío Gonzalo"),
		family:   words("Etxeberria Villanueva Quintanilla Zubizarreta Alcántara Peñalver Sotomayor Iglesias"),
		streets:  list("Calle Alcalá;C/ Mayor;Avenida de la Constitución;Paseo del Prado;Plaza Mayor;Camino Real;Calle San Jerónimo"),
		cities:   words("Zaragoza Valladolid Guadalajara Bilbao"),
		street:   "%[2]s %[1]d",
		doors:    []string{"%dº izq.", "piso %d", "portal %d", "escalera %d", "puerta %d"},
		phone:    anyPhone("6NN NNN NNN", "+34 6NN NN NN NN", "9NN NN NN NN", "6NNNNNNNN", "55 NNNN NNNN"),
		code:     func(r *rand.Rand) string { return digits(r, 5) },
		cityLine: "%s %s",
	}
	ptPeople = west{
		given:    words("Joaquim Conceição Thiago Raimunda Valdemar Iracema Gilberto Rosângela Anselmo"),
		family:   words("Cavalcanti Figueiredo Vasconcelos Brandão Nascimento Guimarães Sepúlveda"),
		streets:  list("Rua das Flores;Avenida Paulista;Travessa do Carmo;Alameda Santos;Praça da Sé;Rua 7 de Setembro;Estrada Velha"),
		cities:   words("Curitiba Campinas Coimbra Recife"),
		street:   "%[2]s, %[1]d",
		doors:    []string{"apto %d", "bloco %d", "casa %d", "%dº andar", "ap. %d"},
		phone:    anyPhone("(11) 9NNNN-NNNN", "11 9NNNNNNNN", "+55 21 9NNNN-NNNN", "9NN NNN NNN", "(21) NNNN-NNNN"),
		code:     func(r *rand.Rand) string { return digits(r, 5) + "-" + digits(r, 3) },
		cityLine: "%s %s",
	}
)

// en are slips of English tills and platforms.
var en = &Tongue{
	Name: "en", Encoding: "cp437",
	channels: list("UBER EATS;DoorDash;Deliveroo;GRUBHUB;DELIVERY;TAKE OUT;PICKUP;Just Eat"),
	number:   []string{"Order #%s", "Order: %s", "Check #%s", "Ticket %s", "#%s"},
	ordered:  []string{"Placed: %02d:%02d", "11/22/26 %02d:%02d", "Time: %02d:%02d"},
	dishes:   list("Margherita Pizza;Chicken Tikka Masala;King Prawn Curry;Caesar Salad;St. Louis Ribs;Victoria Sponge;Earl Grey Tea;Lamb Rogan Josh;Philly Cheese Steak;General Tso Chicken;Eggs Benedict;Sloppy Joe;Shirley Temple;Caprese Sandwich;Fifth Avenue Bagel;Drive-In Burger;Grand Slam Breakfast;Kung Pao Chicken;7 Layer Dip;Jack Daniels Wings;Mary's Meatballs;Court Street Fries;Park Lane Cake"),
	mods:     list("no onions;extra cheese;well done;sauce on side;gluten free;ADD bacon;half rice;no ice;large;oat milk"),
	tastes:   list("peanut allergy;no cilantro please;allergic to shellfish;extra spicy;sauce on the side;gluten free;no salt"),
	note:     []string{"Note: %s", "Special Instructions: %s", "Order note: %s", "Customer notes: %s", "Comments: %s"},
	total:    []string{"Total        $%d.%02d", "TOTAL          %d.%02d", "Amount due: %d.%02d"},
	items:    []string{"%[1]d  %[2]s", "%[1]dx %[2]s", "%[1]d x %[2]s", "[ %[1]dx ] %[2]s", "%[1]d %[2]s       %[3]d.%02[4]d", "%[2]s          x%[1]d"},
	modLines: latinMods,
	guest:    enPeople.guest,
	labelled: [][3]string{
		{"Customer: %s", "Phone: %s", "Address: %s"}, {"Name: %s", "Tel: %s", "Deliver to: %s"}, {"Guest: %s", "Mobile: %s", "Delivery address: %s"},
		{"Recipient: %s", "Contact: %s", "Drop-off: %s"}, {"Ordered by: %s", "Cell: %s", "Ship to: %s"},
	},
	joined: []string{"%s %s", "%s  Tel %s", "%s (%s)", "Customer: %s %s"},
	asides: []string{"call %[2]s on arrival", "for %[1]s", "my number is %[2]s", "leave at %[3]s", "ask for %[1]s at reception", "this is for %[1]s", "deliver to %[3]s", "door code 2580, text %[2]s", "contact %[1]s %[2]s"},
	others: []func(*rand.Rand) (string, string){
		person(enPeople, "Driver: %s"), person(enPeople, "Courier %s"), number("Loyalty ID: %s", 9), number("Order ID: %s", 14), mail("Email: %s"),
		firm("Invoice to: %s", "Blue Heron Consulting LLC;Marlow & Finch Ltd;Tidewater Logistics Inc"), number("VISA ************%s", 4),
	},
}

// de are slips of German tills and platforms.
var de = &Tongue{
	Name: "de", Encoding: "cp858",
	channels: list("Lieferando;Wolt;Lieferung;Abholung;UBER EATS"),
	number:   []string{"Bestellnr.: %s", "Bestellung #%s", "Bestellnummer: %s", "Nr. %s"},
	ordered:  []string{"Bestellt: %02d:%02d", "22.11.2026 %02d:%02d", "Uhrzeit: %02d:%02d"},
	dishes:   list("Wiener Schnitzel;Currywurst mit Pommes;Käsespätzle;Schweinshaxe;Rinderroulade;Apfelstrudel;Döner Teller;Flammkuchen Elsass;Nürnberger Rostbratwürste;Hamburger Royal;Berliner;Kaiserschmarrn;Königsberger Klopse"),
	mods:     list("ohne Zwiebeln;extra Käse;gut durch;scharf;mit Mayo;ohne Salat"),
	tastes:   list("Nussallergie;bitte ohne Knoblauch;sehr scharf;glutenfrei;Allergie gegen Erdnüsse;Soße extra"),
	note:     []string{"Hinweis: %s", "Bemerkung: %s", "Anmerkung: %s", "Kommentar: %s"},
	total:    []string{"Summe        %d,%02d", "Gesamt:      %d,%02d EUR", "Gesamtbetrag   %d,%02d €"},
	items:    []string{"%[1]d  %[2]s", "%[1]dx %[2]s", "%[1]d x %[2]s", "%[1]dx %[2]s      %[3]d,%02[4]d"},
	modLines: latinMods,
	guest:    dePeople.guest,
	labelled: [][3]string{
		{"Kunde: %s", "Telefon: %s", "Adresse: %s"}, {"Name: %s", "Tel.: %s", "Lieferadresse: %s"}, {"Kundenname: %s", "Handy: %s", "Straße: %s"},
		{"Besteller: %s", "Mobil: %s", "Anschrift: %s"}, {"Empfänger: %s", "Rufnummer: %s", "Lieferung an: %s"},
	},
	joined: []string{"%s %s", "%s  Tel. %s", "Herr %s, %s", "Frau %s %s"},
	asides: []string{"bitte anrufen unter %[2]s", "für %[1]s", "bei %[1]s klingeln", "abgeben in %[3]s", "Tel. %[2]s", "Türcode 2580, Rückruf %[2]s"},
	others: []func(*rand.Rand) (string, string){
		person(dePeople, "Fahrer: %s"), person(dePeople, "Kurier: %s"), number("Kundennummer: %s", 8), number("Kundennr. %s", 7), mail("E-Mail: %s"),
		firm("Firma: %s", "Nordlicht Anlagenbau GmbH;Weber & Söhne KG;Kanzlei Hoppenstedt"), number("USt-IdNr.: DE%s", 9),
	},
}

// es are slips of Spanish tills and platforms.
var es = &Tongue{
	Name: "es", Encoding: "cp858",
	channels: list("Glovo;UBER EATS;Just Eat;A domicilio;Para llevar;Rappi"),
	number:   []string{"Pedido: %s", "Pedido #%s", "Orden #%s", "Comanda: %s"},
	ordered:  []string{"Hora: %02d:%02d", "Fecha: 22/11/2026 %02d:%02d"},
	dishes:   list("Tortilla española;Patatas bravas;Paella valenciana;Tacos al pastor;Croquetas de jamón;Gazpacho;Churros con chocolate;Calamares a la romana;Pollo asado;Ensalada César;Pan de Calle;Burrito San Juan"),
	mods:     list("sin cebolla;extra queso;poco hecho;sin gluten;con hielo;salsa aparte"),
	tastes:   list("alergia a los cacahuetes;sin picante por favor;alérgico al marisco;salsa aparte;sin sal;intolerante a la lactosa"),
	note:     []string{"Notas: %s", "Nota: %s", "Comentarios: %s", "Observaciones: %s"},
	total:    []string{"Total       %d,%02d", "TOTAL       %d,%02d €", "Importe: %d,%02d"},
	items:    []string{"%[1]d  %[2]s", "%[1]dx %[2]s", "%[1]d x %[2]s", "%[1]d x %[2]s      %[3]d,%02[4]d"},
	modLines: latinMods,
	guest:    esPeople.guest,
	labelled: [][3]string{
		{"Cliente: %s", "Teléfono: %s", "Dirección: %s"}, {"Nombre: %s", "Tel: %s", "Domicilio: %s"}, {"Destinatario: %s", "Móvil: %s", "Entregar en: %s"}, {"A nombre de: %s", "Celular: %s", "Dirección de entrega: %s"},
	},
	joined: []string{"%s %s", "%s  Tel. %s", "Sr. %s %s", "Sra. %s, %s"},
	asides: []string{"llamar al %[2]s", "para %[1]s", "dejar en %[3]s", "preguntar por %[1]s", "soy %[1]s", "código 2580, tel %[2]s", "entregar a %[1]s"},
	others: []func(*rand.Rand) (string, string){
		person(esPeople, "Repartidor: %s"), person(esPeople, "Camarero: %s"), number("DNI: %sX", 8), number("ID pedido: %s", 12), mail("Correo: %s"),
		firm("Factura a: %s", "Construcciones Guadiana S.L.;Transportes Meseta S.A.;Bufete Olmedo"), number("CIF: B%s", 8), number("Socio: %s", 8),
	},
}

// pt are slips of Portuguese and Brazilian tills and platforms.
var pt = &Tongue{
	Name: "pt", Encoding: "cp858",
	channels: list("iFood;UBER EATS;Glovo;Delivery;Retirada;Rappi"),
	number:   []string{"Pedido: %s", "Pedido #%s", "PEDIDO N. %s", "Senha: %s"},
	ordered:  []string{"Data: 22/11/2026 %02d:%02d", "Hora: %02d:%02d"},
	dishes:   list("Feijoada completa;Bacalhau à Brás;Pão de queijo;Frango à passarinho;Pastel de nata;Moqueca baiana;Picanha na chapa;X-Salada;Açaí 500ml;Caldo verde;Coxinha;Romeu e Julieta"),
	mods:     list("sem cebola;bem passado;com gelo;extra queijo;sem glúten;molho à parte"),
	tastes:   list("alergia a amendoim;sem pimenta por favor;alérgico a camarão;molho à parte;sem sal;intolerante à lactose"),
	note:     []string{"Obs: %s", "OBS.: %s", "Observação: %s", "Observações: %s"},
	total:    []string{"Total       R$ %d,%02d", "TOTAL       %d,%02d", "Valor total: %d,%02d"},
	items:    []string{"%[1]d  %[2]s", "%[1]dx %[2]s", "%[1]d x %[2]s", " %[1]dx  %[2]s      %[3]d,%02[4]d"},
	modLines: latinMods,
	guest:    ptPeople.guest,
	labelled: [][3]string{
		{"Cliente: %s", "Telefone: %s", "Endereço: %s"}, {"Nome: %s", "Tel: %s", "Entrega: %s"}, {"Destinatário: %s", "Celular: %s", "Morada: %s"}, {"Nome do cliente: %s", "Fone: %s", "Endereço de entrega: %s"},
	},
	joined: []string{"%s %s", "%s  Tel. %s", "Sr. %s %s", "Cliente %s - %s"},
	asides: []string{"ligar para %[2]s", "para %[1]s", "deixar em %[3]s", "chamar %[1]s", "sou %[1]s", "código 2580, tel %[2]s", "entregar para %[1]s"},
	others: []func(*rand.Rand) (string, string){
		person(ptPeople, "Entregador: %s"), person(ptPeople, "Garçom: %s"), number("NIF: %s", 9), number("ID do pedido: %s", 12), mail("E-mail: %s"),
		firm("Razão social: %s", "Padaria Horizonte Ltda;Metalúrgica Tejo S.A.;Oficina Marajoara"),
		func(r *rand.Rand) (string, string) {
			n := digits(r, 3) + "." + digits(r, 3) + "." + digits(r, 3) + "-" + digits(r, 2)
			return "CPF: " + n, n
		},
	},
}

// Tongues are the languages there are.
var Tongues = []*Tongue{zh, ja, ko, en, de, es, pt}
