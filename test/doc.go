// Package test holds the tests of the house as a whole: its shape, and the real
// binary against real ports and a real broker. Nothing imports it.
package test
