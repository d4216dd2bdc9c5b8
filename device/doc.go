// Package device opens what the daemon touches of the machine it runs on: GPIO
// lines, serial ports, listeners, the line to the broker, the clock, the disk, and the
// program that reads pictures.
//
// It knows nothing of kitchens. It is the only package that imports periph's host
// drivers or names a path in /dev, /proc or /sys, so that everything above it runs
// on any machine and in a test.
//
// # Lines
//
// [Inputs] and [OpenOutput] take names of lines and return periph's [gpio.PinIn] and
// [gpio.PinOut]. A name is GPIO17, P1_11 (the header's pin), the name that the
// kernel gives a line, gpiochip0/17 where it gives none, or sim:/path for a line
// that a person or a program plays. [Lines] lists what there is, and who has it.
//
// The driver is our own, over the kernel's character devices, because edges must
// carry the kernel's time, be debounced by it, and not be lost unnoticed. From
// periph come the types of pins and what is at the board's header.
//
// # Ports
//
// [OpenSerial] returns an [io.ReadWriteCloser] whose reads end now and then
// without data, so that a reader can notice that it should stop. [SerialNames]
// opens ports again and again, and does not take another device that has got the
// name. [SerialPorts] lists what is plugged in, by the names that stay.
//
// # Sockets
//
// [Sockets] listens on TCP ports: on those that systemd opened before the daemon
// ran, and keeps open after it, or on its own as [Listen] does. [Dial] connects.
//
// # Pictures
//
// [Tesseract] has a program of this machine read the text of a picture, in a process
// with bounds. What the picture is of is for those who call it.
//
// # Files
//
// [WriteFile] keeps a small file through a power cut.
//
// # Errors
//
// Whatever cannot be opened is an [Error]: what was tried, what is wrong in plain
// words, and what to do about it.
//
// The sub-package devicetest has the fakes.
package device
