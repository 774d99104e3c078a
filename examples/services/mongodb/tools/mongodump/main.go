// A stand-in for MongoDB's own mongodump, with the few options that PocketPaaS uses. The archive is written by MongoDB's
// own package.
package main

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"sort"

	"github.com/mongodb/mongo-tools-common/archive"
	"github.com/mongodb/mongo-tools-common/intents"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"pocketpaas/mongodb-tools/tool"
)

type outputOptions struct {
	Archive                string `long:"archive" value-name:"<file-path>" optional:"true" optional-value:"-"`
	Gzip                   bool   `long:"gzip"`
	NumParallelCollections int    `long:"numParallelCollections" short:"j" default:"4"`
}

func (*outputOptions) Name() string { return "output" }

// ending is told by the multiplexer when nothing can be written any more.
type ending struct{}

func (ending) Notify() { tool.Fail(fmt.Errorf("the archive cannot be written")) }

func main() {
	output := &outputOptions{}
	opts := tool.Options("mongodump", output)
	if output.Archive == "" || opts.DB == "" {
		tool.Fail(fmt.Errorf("this stand-in needs --archive and --db"))
	}
	client, version := tool.Connect(opts)
	out := io.WriteCloser(os.Stdout)
	if output.Archive != "-" {
		file, err := os.Create(output.Archive)
		check(err)
		out = file
	}
	under := out
	if output.Gzip {
		out = gzip.NewWriter(out)
	}
	dump(client.Database(opts.DB), version, output.NumParallelCollections, out)
	if output.Gzip {
		check(under.Close())
	}
}

func dump(database *mongo.Database, version string, parallel int, out io.WriteCloser) {
	all := collections(database)
	prelude := &archive.Prelude{Header: &archive.Header{
		ConcurrentCollections: int32(parallel), FormatVersion: "0.1", ServerVersion: version, ToolVersion: tool.Version,
	}}
	for _, one := range all {
		prelude.AddMetadata(&archive.CollectionMetadata{
			Database: database.Name(), Collection: one.name, Metadata: metadata(database, one),
		})
	}
	check(prelude.Write(out))
	mux := archive.NewMultiplexer(out, ending{})
	go mux.Run()
	for _, one := range all {
		in := &archive.MuxIn{Intent: &intents.Intent{DB: database.Name(), C: one.name}, Mux: mux}
		check(in.Open())
		cursor, err := database.Collection(one.name).Find(context.Background(), bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
		check(err)
		for cursor.Next(context.Background()) {
			_, err = in.Write(cursor.Current)
			check(err)
		}
		check(cursor.Err())
		check(in.Close())
	}
	close(mux.Control)
	check(<-mux.Completed)
}

type collection struct {
	name    string
	options bson.Raw
}

func collections(database *mongo.Database) []collection {
	cursor, err := database.ListCollections(context.Background(), bson.D{})
	check(err)
	var found []collection
	for cursor.Next(context.Background()) {
		one := struct {
			Name    string   `bson:"name"`
			Options bson.Raw `bson:"options"`
		}{}
		check(cursor.Decode(&one))
		found = append(found, collection{one.Name, append(bson.Raw{}, one.Options...)})
	}
	check(cursor.Err())
	sort.Slice(found, func(a, b int) bool { return found[a].name < found[b].name })
	return found
}

// metadata as mongodump keeps it beside a collection: its options and its indexes as JSON.
func metadata(database *mongo.Database, one collection) string {
	cursor, err := database.Collection(one.name).Indexes().List(context.Background())
	check(err)
	indexes := bson.A{}
	for cursor.Next(context.Background()) {
		indexes = append(indexes, append(bson.Raw{}, cursor.Current...))
	}
	check(cursor.Err())
	kept := bson.D{{Key: "indexes", Value: indexes}, {Key: "collectionName", Value: one.name}, {Key: "type", Value: "collection"}}
	if len(one.options) > 0 {
		kept = append(kept, bson.E{Key: "options", Value: one.options})
	}
	text, err := bson.MarshalExtJSON(kept, true, false)
	check(err)
	return string(text)
}

func check(err error) {
	if err != nil {
		tool.Fail(err)
	}
}
