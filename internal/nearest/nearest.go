// Package nearest finds the name that somebody probably meant.
package nearest

import "strings"

// longest is how many bytes a name may have: what is longer is no name that somebody has misspelt, and comparing takes the square of it.
const longest = 100

// Name returns the candidate closest to got, and false when none is close enough to be worth suggesting.
// Of three letters one may differ. Letter case does not count as a difference; of equally close candidates the first wins. What has more than a
// hundred bytes is close to nothing.
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

// Suggest returns ` (did you mean "x"?)` for the closest candidate, or nothing. Where none is close it suggests the one that got is the beginning of,
// if got has four letters or more and there is no other.
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

// Distance counts the single-byte insertions, deletions, substitutions and swaps of neighbours that turn a into b.
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
