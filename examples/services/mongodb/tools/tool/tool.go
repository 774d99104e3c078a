// Package tool is what the two stand-ins have in common: options as MongoDB's own tools read them, and the connection.
package tool

import (
	"context"
	"fmt"
	"os"

	"github.com/mongodb/mongo-tools-common/db"
	"github.com/mongodb/mongo-tools-common/log"
	"github.com/mongodb/mongo-tools-common/options"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
)

// Version is what both say of themselves in an archive.
const Version = "pocketpaas-stand-in"

// Options are those of every tool of MongoDB, with the ones of this tool; anything else is refused by its name.
func Options(name string, own ...options.ExtraOptions) *options.ToolOptions {
	enabled := options.EnabledOptions{Auth: true, Connection: true, Namespace: true, URI: true}
	opts := options.New(name, Version, "", "<options>", true, enabled)
	for _, group := range own {
		opts.AddOptions(group)
	}
	rest, err := opts.ParseArgs(os.Args[1:])
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("error parsing positional arguments: %v", rest)
	}
	if err != nil {
		Fail(err)
	}
	log.SetVerbosity(opts.Verbosity)
	return opts
}

// Connect to the server that the options name.
func Connect(opts *options.ToolOptions) (*mongo.Client, string) {
	provider, err := db.NewSessionProvider(*opts)
	if err != nil {
		Fail(fmt.Errorf("error connecting to host: %v", err))
	}
	client, err := provider.GetSession()
	if err != nil {
		Fail(fmt.Errorf("error connecting to host: %v", err))
	}
	var info struct {
		Version string `bson:"version"`
	}
	if err = client.Database("admin").RunCommand(context.Background(), bson.D{{Key: "buildInfo", Value: 1}}).Decode(&info); err != nil {
		Fail(err)
	}
	return client, info.Version
}

// Fail as MongoDB's tools do.
func Fail(err error) {
	log.Logvf(log.Always, "Failed: %v", err)
	os.Exit(1)
}
