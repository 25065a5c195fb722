package main

import (
	"math"
	"strconv"
)

// scaleOf is how many pixels a unit of Fyne has: what the person chose, by
// FYNE_SCALE or in Fyne's settings, times what the system says.
func scaleOf(env string, setting, system float32) float32 {
	user := float32(1)
	if n, err := strconv.ParseFloat(env, 32); err == nil && n > 0 {
		user = float32(n)
	} else if env != "auto" && setting > 0 {
		user = setting
	}
	return max(0.1, float32(math.Round(float64(user*system*10))/10))
}

// detected is the scale of a screen of that many millimetres and pixels, as
// Fyne sees it: 120 dots per inch are 1, less are 1 too, and what cannot be is 1.
func detected(mm, pixels int) float32 {
	if mm <= 0 {
		return 1
	}
	dpi := float32(pixels) / (float32(mm) / 25.4)
	if dpi > 1000 || dpi < 10 {
		return 1
	}
	return max(1, dpi/120)
}
