// The one source of opgang_headers and opgang_test_headers, whose precompiled headers the others share.
