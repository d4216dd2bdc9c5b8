package ticket

import (
	"strings"
	"testing"
)

// TestAllergies: words of allergies come through, persons do not.
func TestAllergies(t *testing.T) {
	for _, c := range []struct {
		text, want string
		pii        []string
	}{
		{"1x Soup\nNote: nut allergy call 4155550134\n", "nut allergy", []string{"4155"}},
		{"汤面 x1\n备注:李女士花生过敏\n", "花生过敏", []string{"李"}},
		{"汤面 x1\n备注:我对海鲜过敏麻烦放测试小区3栋201门口\n", "海鲜过敏", []string{"测试", "201"}},
		{"*** NUT ALLERGY ***\n1x Soup\n", "NUT ALLERGY", nil},
		{"1x Soup\n!! NUT ALLERGY !!\n", "NUT ALLERGY", nil},
		{"SEVERE PEANUT ALLERGY\n1x Soup\n", "SEVERE PEANUT ALLERGY", nil},
		{"★★花生过敏★★\n汤面 x1\n", "花生过敏", nil},
		{"汤面 x1\n過敏:花生\n", "過敏:花生", nil},
		{"ALLERGEN: MILK\n1x Soup\n", "ALLERGEN: MILK", nil},
		{"1x Soup\nDietary: gluten free / coeliac\n", "gluten free / coeliac", nil},
		{"1x Soup\n----\nCustomer notes\nnut allergy\n", "nut allergy", nil},
		{"1x Soup\n----\nTotal 9.00\nNotes\nextra napkins\n", "extra napkins", nil},
		{"汤面 x1\n----\n备注\n少辣\n", "少辣", nil},
		{"1x Soup\n----\nCustomer Note - nut allergy\n", "nut allergy", nil},
		{"1x Soup\nNote: my daughter Emily has celiac\n", "celiac", []string{"Emily"}},
		{"1x Soup\nNote: John is allergic to nuts\n", "allergic to nuts", []string{"John"}},
		{"1x Soup\n   - nut allergy call 4155550134\n", "nut allergy", []string{"4155"}},
	} {
		got := Parse(slipOf("Order #12\n----\n"+c.text), Options{})
		all := got.Notes
		for _, it := range got.Items {
			all += "|" + strings.Join(it.Mods, "|")
		}
		if !strings.Contains(all, c.want) || len(got.Items) != 1 {
			t.Errorf("%q: got %+v, want %q", c.text, got, c.want)
		}
		got.Print = 0
		noPII(t, got, c.pii)
	}
}

// TestPeople: names and addresses in places and shapes that no label tells.
func TestPeople(t *testing.T) {
	for _, c := range []struct {
		text string
		pii  []string
	}{
		{"1x Soup\n   JOHN SMITH\n", []string{"JOHN", "SMITH"}},
		{"1x Soup\n   no salt\n   John Smith\n", []string{"John", "Smith"}},
		{"汤面 x1\n   陳大文\n", []string{"陳"}},
		{"汤面 x1\n  彌敦道100號5樓B室\n", []string{"彌敦", "100"}},
		{"彌敦道100號5樓B室\n汤面 x1\n", []string{"彌敦", "100"}},
		{"汤面 x1\n幸福街28号\n", []string{"幸福", "28"}},
		{"1x Soup\nNote: leave with Dr. Patel at reception\n", []string{"Patel"}},
		{"1x Soup\nNote: this is maria\n", []string{"maria"}},
		{"汤面 x1\n备注:麻烦送到前台给小王\n", []string{"小王"}},
		{"汤面 x1\n备注:写 王小美生日快乐\n", []string{"王小美"}},
		{"汤面 x1\n备注:电联一三八零零一二三四五六\n", []string{"一三八"}},
		{"汤面 x1\n备注:车牌 京A12345\n", []string{"12345"}},
	} {
		got := Parse(slipOf("Order #12\n----\n"+c.text), Options{})
		got.Print = 0
		if len(got.Items) != 1 || got.Number != "12" {
			t.Errorf("%q: got %+v", c.text, got)
		}
		noPII(t, got, c.pii)
	}
}

func TestGivenNames(t *testing.T) {
	for _, name := range givenNames {
		if !isGivenName(name) {
			t.Errorf("%s is not found: the list is not sorted", name)
		}
	}
}
