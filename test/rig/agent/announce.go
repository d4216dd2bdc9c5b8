package main

import (
	"encoding/binary"
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

// announce tells the network of a restored machine who is here, as the machine did
// when it was switched on: QEMU's network forwards nothing to an address that it has
// not heard of. It asks for its own address, which is ARP's way (RFC 5227, 2.3).
func announce() error {
	all, err := net.Interfaces()
	if err != nil {
		return err
	}
	for _, i := range all {
		addrs, err := i.Addrs()
		if err != nil {
			return err
		}
		for _, a := range addrs {
			n, ok := a.(*net.IPNet)
			if !ok || n.IP.To4() == nil || len(i.HardwareAddr) != 6 {
				continue
			}
			if err := ask(i, n.IP.To4()); err != nil {
				return fmt.Errorf("announce %s: %w", n.IP, err)
			}
		}
	}
	return nil
}

// ask sends an ARP request for an address, from that address.
func ask(i net.Interface, ip net.IP) error {
	arp := binary.BigEndian.AppendUint16(nil, unix.ETH_P_ARP)
	s, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM, int(binary.NativeEndian.Uint16(arp)))
	if err != nil {
		return err
	}
	defer unix.Close(s)
	packet := []byte{0, 1, 8, 0, 6, 4, 0, 1} // Ethernet, IPv4, their lengths, a request
	packet = append(append(packet, i.HardwareAddr...), ip...)
	packet = append(append(packet, 0, 0, 0, 0, 0, 0), ip...)
	return unix.Sendto(s, packet, 0, &unix.SockaddrLinklayer{
		Protocol: binary.NativeEndian.Uint16(arp), Ifindex: i.Index, Halen: 6, Addr: [8]byte{255, 255, 255, 255, 255, 255},
	})
}
