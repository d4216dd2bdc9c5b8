// Package brokers tries real brokers under the real log and the real uplink: what
// is lost when they are killed, and what their PUBACK was worth.
package brokers
