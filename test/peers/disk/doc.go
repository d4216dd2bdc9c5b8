// Package disk counts what reaches the block device for one event, and how often
// the device is told to flush: for the product's log, for what others would store
// events in, and for the least that a file system allows.
//
// Each contestant has a loop device of its own with ext4 on it, and the kernel
// counts there. Journal and inodes are in the figures, since they are on a card.
// The counters of the process (/proc/self/io) would not do: the page cache charges
// whole folios to them, up to a megabyte for one event.
package disk
