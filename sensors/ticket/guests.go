package ticket

import (
	"log/slog"
	"net"
	"net/netip"
	"slices"
)

// guests are the hosts that may connect to a port, and those that tried and may not.
type guests struct {
	allow     []netip.Prefix // empty allows all
	strangers []netip.Addr
	log       *slog.Logger
}

// admit says whether the host at a may connect. It logs a stranger the first time,
// the first few strangers at least.
func (g *guests) admit(a net.Addr) bool {
	const most = 32
	ap, err := netip.ParseAddrPort(a.String())
	addr := ap.Addr().Unmap()
	if len(g.allow) == 0 || err == nil && slices.ContainsFunc(g.allow, func(n netip.Prefix) bool { return n.Contains(addr) }) {
		return true
	}
	if len(g.strangers) < most && !slices.Contains(g.strangers, addr) {
		g.strangers = append(g.strangers, addr)
		g.log.Warn("a host outside the allowed networks tried to print", "host", addr)
	}
	return false
}
