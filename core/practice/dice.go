package practice

// dice is a random source that gives the same numbers on every computer and
// with every Go version (SplitMix64), which math/rand does not promise.
type dice struct{ state uint64 }

func (d *dice) next() uint64 {
	d.state += 0x9E3779B97F4A7C15
	z := d.state
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB
	return z ^ (z >> 31)
}

// upTo returns a number from 0 to n-1.
func (d *dice) upTo(n int) int { return int(d.next() % uint64(n)) }

// between returns a number from low to high, both included.
func (d *dice) between(low, high int) int { return low + d.upTo(high-low+1) }

// chance is true in so many of a hundred cases.
func (d *dice) chance(percent int) bool { return d.upTo(100) < percent }

func pick[T any](d *dice, list []T) T { return list[d.upTo(len(list))] }

// weighted returns an index into weights, the heavier the likelier.
func (d *dice) weighted(weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := d.upTo(sum)
	for i, w := range weights {
		if n < w {
			return i
		}
		n -= w
	}
	return len(weights) - 1
}
