package certs

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// parseHosts splits hosts into names and addresses, after those that every server has, and drops duplicates.
func parseHosts(hosts []string) (names []string, ips []net.IP, err error) {
	addrs := []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}
	names = []string{"localhost"}
	var mistakes []error
	for _, host := range hosts {
		addr, notAddr := netip.ParseAddr(host)
		mistake := ""
		switch {
		case notAddr != nil:
			mistake = nameMistake(host)
			names = append(names, strings.ToLower(host))
		case addr.Zone() != "":
			mistake = fmt.Sprintf("a certificate cannot name a zone: write %q", addr.WithZone(""))
		default:
			addrs = append(addrs, addr.Unmap())
		}
		if mistake != "" {
			mistakes = append(mistakes, fmt.Errorf("TLS host %q: %s", host, mistake))
		}
	}
	for _, addr := range unique(addrs) {
		ips = append(ips, addr.AsSlice())
	}
	return unique(names), ips, errors.Join(mistakes...)
}

// nameMistake says what is wrong with a host name and what to write instead; "" if the name is valid. A host name must
// not have an underscore, but container names have it and clients accept it.
func nameMistake(host string) string {
	const allowed = `write a host name such as "portal.test", or an IP address such as "192.0.2.7"`
	if bare := bareHost(host); bare != host && valid(bare) {
		return fmt.Sprintf("must not have a scheme, port, path, brackets or final dot: write %q", bare)
	}
	labels := strings.Split(host, ".")
	if labels[0] == "*" && len(labels) > 2 {
		labels = labels[1:]
	}
	switch last := labels[len(labels)-1]; {
	case host == "":
		return "is empty: " + allowed
	case strings.Contains(strings.Join(labels, "."), "*"):
		return `a wildcard must be the whole first part of at least three parts: write "*.portal.test", or name each host`
	case len(host) > 253:
		return fmt.Sprintf("has %d characters, a host name has at most 253", len(host))
	case strings.ContainsFunc(host, func(r rune) bool { return r > 0x7f }):
		return `must be ASCII: write the punycode form, which starts with "xn--"`
	case last != "" && strings.Trim(last, "0123456789") == "":
		return "is neither an IP address nor a host name: " + allowed
	}
	for _, label := range labels {
		if !validLabel(label) {
			return fmt.Sprintf("the part %q must be 1 to 63 letters, digits, - or _, and must not begin or end with -: %s", label, allowed)
		}
	}
	return ""
}

func valid(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || nameMistake(host) == ""
}

func validLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	return strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// bareHost guesses the host in what people paste: a URL, host:port, an address in brackets.
func bareHost(s string) string {
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	s, _, _ = strings.Cut(s, "/")
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	}
	return strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"), ".")
}

func unique[T comparable](all []T) []T {
	var out []T
	for _, one := range all {
		if !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}
