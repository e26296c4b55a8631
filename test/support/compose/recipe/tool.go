//go:build tools

// Package composebuild only names what is to be built.
package composebuild

import _ "github.com/docker/compose/v5/cmd"
