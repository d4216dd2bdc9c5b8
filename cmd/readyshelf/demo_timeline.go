package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"readyshelf/kitchen"
)

// timeline prints what happens, a line each, with the shop's time.
type timeline struct {
	words
	now func() time.Time

	mu  sync.Mutex
	out io.Writer
}

func newTimeline(out io.Writer, w words, now func() time.Time) *timeline {
	return &timeline{words: w, now: now, out: out}
}

// words are the sentences of one language.
type words struct {
	intro string // the board's address, duration, speed, how to subscribe
	// What the people do.
	forgot, wrong, cut, mended, pulled, plugged string
	// What the daemon says.
	alerts  map[kitchen.AlertType]string
	reasons map[string]string
	by      map[string]string
	slot    string
	range_  string
	chance  string
	// The summary.
	summary, forecast, noForecast, duplicates, alertCount string
}

// say prints what people do, or what happens to the shop.
func (t *timeline) say(text string) { t.line(t.now(), "· "+text) }

func (t *timeline) line(at time.Time, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.out, "%s  %s\n", at.Format("15:04"), text)
}

// show prints the alerts among a commit's events.
func (t *timeline) show(events []kitchen.Event) {
	for _, e := range events {
		if e.Alert != nil {
			t.line(e.At, t.words.tell(*e.Alert))
		}
	}
}

// tell says an alert in words.
func (w words) tell(a kitchen.Alert) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s", w.alerts[a.Type])
	switch {
	case a.Device != "":
		b.WriteString(" " + a.Device)
		if a.Text != "" {
			b.WriteString(": " + a.Text)
		}
	case a.Number != "":
		fmt.Fprintf(&b, " %s #%s", a.Channel, a.Number)
	}
	if a.Slot != "" {
		fmt.Fprintf(&b, w.slot, a.Slot)
	}
	for _, it := range a.Items {
		fmt.Fprintf(&b, "  %d×%s", it.Qty, it.Name)
		if len(it.Mods) > 0 {
			b.WriteString("(" + strings.Join(it.Mods, " ") + ")")
		}
	}
	if a.P50 != nil && a.P85 != nil {
		fmt.Fprintf(&b, w.range_, a.P50.Format("15:04"), a.P85.Format("15:04"))
	}
	if a.Probability > 0 {
		fmt.Fprintf(&b, w.chance, 100*a.Probability)
	}
	if why := w.reasons[a.Reason]; why != "" {
		b.WriteString("  " + why)
	}
	if a.Type != kitchen.OrderAccepted {
		b.WriteString(w.by[a.Evidence])
	}
	return b.String()
}

var phrases = map[string]words{
	"en": {
		intro:  "The board: http://%s/\nA lunch of %s in a small kitchen, %g times faster than real time. Watch the cloud's side with:\n    %s\n\n",
		forgot: "the cook forgets to press for #%s in %s", wrong: "somebody presses the wrong button: %s",
		cut: "the network is cut", mended: "the network is back",
		pulled: "the cable of scale %s is pulled", plugged: "scale %s is plugged in again",
		alerts: map[kitchen.AlertType]string{
			kitchen.OrderAccepted: "accepted", kitchen.OrderSoon: "ready soon", kitchen.OrderETA: "slips", kitchen.OrderReady: "READY",
			kitchen.OrderReadyUndone: "not ready", kitchen.OrderLate: "late", kitchen.OrderWaiting: "waiting",
			kitchen.OrderPickedUp: "picked up", kitchen.OrderCancelled: "cancelled", kitchen.OrderClosed: "closed",
			kitchen.DeviceFault: "fault", kitchen.DeviceRecovered: "recovered", kitchen.ClockWasSet: "clock set",
			kitchen.RecordsMissing: "gap",
		},
		reasons: map[string]string{
			"predicted": "will be late", "late": "is late", "expired": "no sign for hours",
			"cancelled": "by a slip", "void": "all dishes voided", "returned": "it was not handed over", "recalled": "it is made again",
		},
		by:   map[string]string{"button": "  (button)", "scale": "  (scale)", "touch": "  (touch)"},
		slot: "  [%s]", range_: "  about %s, 85 %% by %s", chance: "  %.0f %% within the window",
		summary: "\n%d orders, %d alerts, %d picked up, %d still open\n", alertCount: "  %-20s %4d\n",
		forecast:   "forecast at acceptance: off by %.1f min on average; %.0f %% ready by the 85 %% time (%d orders)\n",
		noForecast: "forecast: no order became ready\n", duplicates: "duplicates at the broker: %d (same id, dropped by readers)\n",
	},
	"zh": {
		intro:  "看板: http://%s/\n小厨房的一顿午餐,时长 %s,以 %g 倍速播放。另开一个终端看云端收到什么:\n    %s\n\n",
		forgot: "厨师忘了按 #%s 的按钮(%s 格)", wrong: "有人按错了按钮:%s",
		cut: "网络断了", mended: "网络恢复",
		pulled: "秤 %s 的线被拔掉", plugged: "秤 %s 又插上了",
		alerts: map[kitchen.AlertType]string{
			kitchen.OrderAccepted: "已接单", kitchen.OrderSoon: "即将出餐", kitchen.OrderETA: "延后", kitchen.OrderReady: "已出餐",
			kitchen.OrderReadyUndone: "撤销出餐", kitchen.OrderLate: "延误", kitchen.OrderWaiting: "等待取餐",
			kitchen.OrderPickedUp: "已取餐", kitchen.OrderCancelled: "已取消", kitchen.OrderClosed: "已关闭",
			kitchen.DeviceFault: "设备故障", kitchen.DeviceRecovered: "设备恢复", kitchen.ClockWasSet: "校时",
			kitchen.RecordsMissing: "记录缺失",
		},
		reasons: map[string]string{
			"predicted": "预计会晚", "late": "已超时", "expired": "数小时无动静", "cancelled": "取消单", "void": "菜品全退",
			"returned": "没有取走", "recalled": "重新制作",
		},
		by:   map[string]string{"button": "  (按钮)", "scale": "  (秤)", "touch": "  (触屏)"},
		slot: "  [%s]", range_: "  约 %s,85 %% 在 %s 前", chance: "  窗口内 %.0f %%",
		summary: "\n订单 %d,通知 %d,已取餐 %d,未完成 %d\n", alertCount: "  %-20s %4d\n",
		forecast:   "接单时的预测:平均误差 %.1f 分钟;%.0f %% 在 85 %% 时刻前出餐(%d 单)\n",
		noForecast: "预测:没有订单出餐\n", duplicates: "云端重复消息:%d(编号相同,由接收方去重)\n",
	},
}
