package uplink

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// ErrCertificateTime says that a certificate is not valid at this time: it has
// expired, or the clock of this machine is wrong.
var ErrCertificateTime = errors.New("the broker's certificate is not valid now")

// explainTLS says why a handshake failed, and what to do.
func explainTLS(err error, name string) (remedy string, why error) {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var header tls.RecordHeaderError
	var op *net.OpError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "put a new certificate on the broker", fmt.Errorf("%w: it is valid from %s to %s", ErrCertificateTime,
			invalid.Cert.NotBefore.Format(time.DateOnly), invalid.Cert.NotAfter.Format(time.DateOnly))
	case errors.As(err, &unknown):
		return "set mqtt.ca_file to the certificate of the authority that signed it",
			fmt.Errorf("nobody whom we trust signed the broker's certificate, which is of %s", unknown.Cert.Issuer)
	case errors.As(err, &host):
		return "write that name in mqtt.brokers, or set mqtt.server_name",
			fmt.Errorf("the broker's certificate is not for %s but for %s", name, holders(host.Certificate))
	case errors.As(err, &header):
		return "is it the port for TLS, usually 8883? else write tcp://", errors.New("what answers there does not speak TLS")
	case errors.As(err, &op) && op.Op == "remote error":
		return "check mqtt.cert_file and mqtt.key_file: the broker wants a certificate of ours that it knows",
			fmt.Errorf("the broker refused us: %w", op.Err)
	}
	return "check that this port speaks TLS 1.2 or newer, and that no firewall is in between", err
}

// holders are whom a certificate is for.
func holders(c *x509.Certificate) string {
	names := c.DNSNames
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}

// loginRemedy says what to do about a login that failed.
func loginRemedy(err error) string {
	switch {
	case errors.Is(err, packets.ErrorRefusedBadUsernameOrPassword), errors.Is(err, packets.ErrorRefusedNotAuthorised):
		return "check mqtt.username and mqtt.password_file, and the broker's rights for this client id"
	case errors.Is(err, packets.ErrorRefusedIDRejected):
		return "check device: the broker does not like this client id"
	case errors.Is(err, packets.ErrorRefusedBadProtocolVersion):
		return "let the broker speak MQTT 3.1.1"
	case errors.Is(err, errNoWebsocket):
		return "check the path in mqtt.brokers, usually wss://host/mqtt"
	}
	return "is it an MQTT broker that answers at this port? look into its log"
}
