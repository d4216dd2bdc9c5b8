package kitchen

// Class is what an event is worth when a full log must let something go.
type Class string

// The classes, from the first to go to the last.
const (
	ClassForecast  Class = "forecast"  // order.soon, order.eta, order.late: what was expected
	ClassTelemetry Class = "telemetry" // how devices and the daemon do
	ClassOrder     Class = "order"     // what time alone made of orders
	ClassStaff     Class = "staff"     // what people did, and what followed
	ClassTicket    Class = "ticket"    // what was ordered
	ClassLog       Class = "log"       // what the log says of itself and of its clock
)

// Spare says whether events of c may go before the cloud has them.
func (c Class) Spare() bool { return c == ClassForecast || c == ClassTelemetry }

// Class returns what e is worth.
func (e Event) Class() Class {
	switch {
	case e.Ticket != nil:
		return ClassTicket
	case e.Alert != nil:
		return e.Alert.Type.class()
	case e.Fault != nil, e.Recovered != nil, e.Started != nil:
		return ClassTelemetry
	case e.ClockSet != nil, e.Gap != nil:
		return ClassLog
	case e.Salvaged != nil && e.Salvaged.Event != nil && e.Salvaged.Event.Salvaged == nil:
		return e.Salvaged.Event.Class()
	}
	return ClassStaff
}

func (t AlertType) class() Class {
	switch t {
	case OrderSoon, OrderETA, OrderLate:
		return ClassForecast
	case DeviceFault, DeviceRecovered:
		return ClassTelemetry
	case OrderWaiting, OrderClosed:
		return ClassOrder
	case OrderAccepted:
		return ClassTicket
	case ClockWasSet, RecordsMissing:
		return ClassLog
	}
	return ClassStaff
}
