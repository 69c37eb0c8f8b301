package certs

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// parseHosts sorts hosts into names and addresses, after those that every server has, without repetitions.
func parseHosts(hosts []string) (names []string, ips []net.IP, err error) {
	addrs := []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}
	names = []string{"localhost"}
	var faults []error
	for _, host := range hosts {
		addr, notAddr := netip.ParseAddr(host)
		fault := ""
		switch {
		case notAddr != nil:
			fault = nameFault(host)
			names = append(names, strings.ToLower(host))
		case addr.Zone() != "":
			fault = fmt.Sprintf("a certificate cannot name a zone: write %q", addr.WithZone(""))
		default:
			addrs = append(addrs, addr.Unmap())
		}
		if fault != "" {
			faults = append(faults, fmt.Errorf("TLS host %q: %s", host, fault))
		}
	}
	for _, addr := range unique(addrs) {
		ips = append(ips, addr.AsSlice())
	}
	return unique(names), ips, errors.Join(faults...)
}

// nameFault says what is wrong with a host name, and what to write; empty when nothing is. An underscore is no
// letter of a host name, but names of containers have it, and clients accept it.
func nameFault(host string) string {
	const allowed = `write a host name such as "portal.test", or an IP address such as "192.0.2.7"`
	if bare := bareHost(host); bare != host && valid(bare) {
		return fmt.Sprintf("a host stands alone, without scheme, port, path, brackets or final dot: write %q", bare)
	}
	labels := strings.Split(host, ".")
	if labels[0] == "*" && len(labels) > 2 {
		labels = labels[1:]
	}
	switch last := labels[len(labels)-1]; {
	case host == "":
		return "it is empty: " + allowed
	case strings.Contains(strings.Join(labels, "."), "*"):
		return `a wildcard is the whole first part of at least three, or clients refuse it: write "*.portal.test", or name each host`
	case len(host) > 253:
		return fmt.Sprintf("a host name has at most 253 characters, this one has %d", len(host))
	case strings.ContainsFunc(host, func(r rune) bool { return r > 0x7f }):
		return `a certificate has ASCII names only: write the name's punycode form, which starts with "xn--"`
	case last != "" && strings.Trim(last, "0123456789") == "":
		return "it is neither an IP address nor a host name, whose last part is no number: " + allowed
	}
	for _, label := range labels {
		if !validLabel(label) {
			return fmt.Sprintf("%q is not 1 to 63 letters, digits, %q or %q, without %q at either end: %s", label, "-", "_", "-", allowed)
		}
	}
	return ""
}

func valid(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || nameFault(host) == ""
}

func validLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	return strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// bareHost guesses the host in something that people paste: a URL, host:port, an address in brackets.
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
