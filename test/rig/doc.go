// Package rig is a Raspberry Pi that is not there: a virtual machine with a real
// kernel, whose buttons, cables, disk and power a test holds in its hand.
//
// # Machine
//
// A [Machine] is one QEMU. [Boot] starts it from a kernel and an initramfs, or from
// a disk image; it is gone when the test ends. Commands run in it through an agent
// that talks over a virtio serial port, so no network is needed: [Machine.Sh],
// [Machine.Start], [Machine.Put], [Machine.Get]. What only the machine's owner can
// do goes through QEMU: [Machine.Plug], [Machine.SetLink], [Machine.Kill].
//
// # State
//
// A boot takes seconds. [Machine.Save] keeps the whole machine in a file, and
// [Restore] has it back within a second, in the instant it was saved: so each test
// starts in a fresh machine. [Base] is the state that most tests begin with: an
// arm64 board with the shipped program at /bin/readyshelf, one processor, an empty
// disk /dev/vda, a network and a USB host controller.
//
// A restored machine is told the time and gets a boot id and randomness of its own,
// as if it had just been switched on.
//
// # Card
//
// A [Card] is a disk that forgets: what was written and not flushed is lost in part
// when the power is cut, sector by sector, as on a real one.
//
// # Lines
//
// [Machine.Chip] makes a GPIO chip of the kernel's gpio-sim. A test pulls its lines
// up and down, at any rate, and sees what the program drives.
//
// # Switch
//
// All of this needs QEMU and minutes, so the tests run only with -rig, which
// "make rig" gives. Without it each says in one line that it was skipped.
package rig
