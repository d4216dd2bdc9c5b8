package rig

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
)

// The Network Block Device protocol, as far as QEMU needs it: the fixed newstyle
// handshake, then simple replies (doc/proto.md of the NetworkBlockDevice project).
const (
	nbdMagic       = 0x4e42444d41474943 // "NBDMAGIC"
	nbdOption      = 0x49484156454f5054 // "IHAVEOPT"
	nbdOptionReply = 0x0003e889045565a9
	nbdRequest     = 0x25609513
	nbdReply       = 0x67446698

	nbdFixedNewstyle = 1         // handshake flag
	nbdFlags         = 1 | 4 | 8 // of the export: flags, FLUSH, FUA

	optExportName, optAbort, optInfo, optGo    = 1, 2, 6, 7
	repAck, repInfo                            = 1, 3
	repUnsupported                             = 1<<31 + 1
	infoExport, infoBlockSize                  = 0, 3
	cmdRead, cmdWrite, cmdDisconnect, cmdFlush = 0, 1, 2, 3
	cmdFUA                                     = 1
	nbdInvalid                                 = 22

	// nbdMost is how much one request may carry, which we tell and hold QEMU to.
	nbdMost = 32 << 20
)

var errNBD = errors.New("that is no NBD")

// serve speaks NBD on a connection until it ends, and closes it. A request that is
// torn by the power cut was never answered, so it is dropped.
func (c *Card) serve(conn net.Conn) error {
	defer conn.Close()
	if err := c.greet(conn); err != nil {
		return err
	}
	for {
		if done, err := c.request(conn); done || err != nil {
			return err
		}
	}
}

// greet agrees on the card's size and what it can do.
func (c *Card) greet(conn io.ReadWriter) error {
	if err := send(conn, uint64(nbdMagic), uint64(nbdOption), uint16(nbdFixedNewstyle)); err != nil {
		return err
	}
	var client uint32
	if err := binary.Read(conn, binary.BigEndian, &client); err != nil {
		return err
	}
	for {
		var option struct {
			Magic       uint64
			Option, Len uint32
		}
		if err := binary.Read(conn, binary.BigEndian, &option); err != nil {
			return err
		}
		if option.Magic != nbdOption || option.Len > 4096 {
			return errNBD
		}
		if _, err := io.CopyN(io.Discard, conn, int64(option.Len)); err != nil {
			return err
		}
		if done, err := c.option(conn, option.Option); done || err != nil {
			return err
		}
	}
}

// option answers an option; done says that requests follow.
func (c *Card) option(conn io.Writer, option uint32) (done bool, err error) {
	size := uint64(len(c.flash))
	reply := func(kind uint32, length int, data ...any) error {
		return send(conn, append([]any{uint64(nbdOptionReply), option, kind, uint32(length)}, data...)...)
	}
	switch option {
	case optExportName:
		return true, send(conn, size, uint16(nbdFlags), make([]byte, 124))
	case optInfo, optGo:
		err := errors.Join(
			reply(repInfo, 12, uint16(infoExport), size, uint16(nbdFlags)),
			reply(repInfo, 14, uint16(infoBlockSize), uint32(sector), uint32(4096), uint32(nbdMost)),
			reply(repAck, 0))
		return option == optGo, err
	case optAbort:
		return false, errors.Join(reply(repAck, 0), io.EOF)
	}
	return false, reply(repUnsupported, 0)
}

// request does what one request asks for and answers it.
func (c *Card) request(conn io.ReadWriter) (done bool, err error) {
	var q struct {
		Magic       uint32
		Flags, Type uint16
		Handle      uint64
		At          int64
		Len         uint32
	}
	if err := binary.Read(conn, binary.BigEndian, &q); err != nil {
		return false, err
	}
	if q.Magic != nbdRequest || q.Len > nbdMost {
		return false, errNBD
	}
	var data []byte
	switch q.Type {
	case cmdRead:
		data, err = c.read(q.At, int(q.Len))
	case cmdWrite:
		b := make([]byte, q.Len)
		if _, err := io.ReadFull(conn, b); err != nil {
			return false, err
		}
		if err = c.write(b, q.At); err == nil && q.Flags&cmdFUA != 0 {
			err = c.flush() // more than asked for, as a card may
		}
	case cmdFlush:
		err = c.flush()
	case cmdDisconnect:
		return true, nil
	default:
		err = fmt.Errorf("request %d", q.Type)
	}
	switch {
	case err == errOff:
		return false, err
	case err != nil:
		return false, send(conn, uint32(nbdReply), uint32(nbdInvalid), q.Handle)
	}
	return false, send(conn, uint32(nbdReply), uint32(0), q.Handle, data)
}

// send writes values one behind the other, as one piece.
func send(w io.Writer, values ...any) error {
	var b []byte
	for _, v := range values {
		var err error
		if b, err = binary.Append(b, binary.BigEndian, v); err != nil {
			return err
		}
	}
	_, err := w.Write(b)
	return err
}
