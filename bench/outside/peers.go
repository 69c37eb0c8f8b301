package main

import "context"

func measurePeers(context.Context, settings, *subject, string) error { return nil }
