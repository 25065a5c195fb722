package main

import "testing"

// The scale is Fyne's own (internal/driver/glfw/scale.go).
func TestScale(t *testing.T) {
	for _, c := range []struct {
		env             string
		setting, system float32
		want            float32
	}{
		{"", 1, 1, 1}, {"2", 1, 1, 2}, {"2", 1.5, 1.2, 2.4}, {"auto", 1.5, 1.26, 1.3}, {"nonsense", 1.5, 1, 1.5}, {"0", 0, 1, 1}, {"-1", 0, 2, 2},
	} {
		if got := scaleOf(c.env, c.setting, c.system); got != c.want {
			t.Errorf("%q, %v, %v: %v, want %v", c.env, c.setting, c.system, got, c.want)
		}
	}
	for _, c := range []struct {
		mm, pixels int
		want       float32
	}{{0, 1280, 1}, {509, 1920, 1}, {254, 2400, 2}, {10, 4000, 1}} {
		if got := detected(c.mm, c.pixels); got != c.want {
			t.Errorf("%d mm, %d pixels: %v, want %v", c.mm, c.pixels, got, c.want)
		}
	}
}
