// Package nearest finds the name that a misspelt one probably stands for.
package nearest

import "strings"

// longest bounds the bytes of a name. Longer text is not a misspelt name, and a comparison takes quadratic time.
const longest = 100

// Name returns the candidate closest to got, and false if none is close enough to suggest. One letter in three may
// differ; letter case does not count. Of equally close candidates the first wins. More than a hundred bytes are close to
// nothing.
func Name(got string, candidates []string) (string, bool) {
	best, limit := "", (len(got)+1)/3
	if len(got) > longest {
		return "", false
	}
	for _, candidate := range candidates {
		if far := len(got) - len(candidate); far > limit || -far > limit {
			continue
		}
		if d := Distance(strings.ToLower(got), strings.ToLower(candidate)); d <= limit {
			best, limit = candidate, d-1
		}
	}
	return best, best != ""
}

// Suggest returns ` (did you mean "x"?)` for the closest candidate, or "". If none is close, it suggests the only
// candidate that begins with got, if got has at least four letters.
func Suggest(got string, candidates []string) string {
	name, ok := Name(got, candidates)
	if !ok {
		name, ok = begun(got, candidates)
	}
	if ok {
		return ` (did you mean "` + name + `"?)`
	}
	return ""
}

// begun returns the only candidate that begins with got.
func begun(got string, candidates []string) (name string, ok bool) {
	if len(got) < 4 {
		return "", false
	}
	for _, candidate := range candidates {
		if len(candidate) < len(got) || !strings.EqualFold(candidate[:len(got)], got) {
			continue
		}
		if ok {
			return "", false
		}
		name, ok = candidate, true
	}
	return name, ok
}

// Distance counts the insertions, deletions and substitutions of one byte, and the swaps of two neighbours, that turn a
// into b.
func Distance(a, b string) int {
	before, last, row := []int(nil), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, make([]int, len(b)+1)
	}
	return last[len(b)]
}
