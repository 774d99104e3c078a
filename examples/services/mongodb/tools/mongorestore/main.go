// A stand-in for MongoDB's own mongorestore, with the few options that PocketPaaS uses. The archive is read by MongoDB's
// own package.
package main

import (
	"compress/gzip"
	"context"
	"fmt"
	"hash"
	"hash/crc64"
	"io"
	"os"
	"strings"

	"github.com/mongodb/mongo-tools-common/archive"
	"github.com/mongodb/mongo-tools-common/log"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"pocketpaas/mongodb-tools/tool"
)

const (
	batchDocuments = 1000
	batchBytes     = 8 << 20
)

type inputOptions struct {
	Archive string `long:"archive" value-name:"<filename>" optional:"true" optional-value:"-"`
	Gzip    bool   `long:"gzip"`
}

func (*inputOptions) Name() string { return "input" }

type outputOptions struct {
	NSInclude   []string `long:"nsInclude" value-name:"<namespace-pattern>"`
	NSFrom      []string `long:"nsFrom" value-name:"<namespace-pattern>"`
	NSTo        []string `long:"nsTo" value-name:"<namespace-pattern>"`
	Drop        bool     `long:"drop"`
	StopOnError bool     `long:"stopOnError"`
}

func (*outputOptions) Name() string { return "restore" }

func main() {
	input, output := &inputOptions{}, &outputOptions{}
	opts := tool.Options("mongorestore", input, output)
	if input.Archive == "" || !output.StopOnError || len(output.NSFrom) != len(output.NSTo) {
		tool.Fail(fmt.Errorf("this stand-in needs --archive and --stopOnError, and as many --nsTo as --nsFrom"))
	}
	client, _ := tool.Connect(opts)
	in := io.Reader(os.Stdin)
	if input.Archive != "-" {
		file, err := os.Open(input.Archive)
		check(err)
		in = file
	}
	if input.Gzip {
		unzipped, err := gzip.NewReader(in)
		check(err)
		in = unzipped
	}
	restore(client, in, output)
}

func restore(client *mongo.Client, in io.Reader, wanted *outputOptions) {
	prelude := &archive.Prelude{}
	check(prelude.Read(in))
	demux := archive.CreateDemux(prelude.NamespaceMetadatas, in)
	documents := 0
	for _, one := range prelude.NamespaceMetadatas {
		namespace := one.Database + "." + one.Collection
		if !included(namespace, wanted.NSInclude) {
			demux.Open(namespace, &archive.MutedCollection{})
			continue
		}
		target := renamed(namespace, wanted)
		database, name, _ := strings.Cut(target, ".")
		receiver := &receiver{
			database: client.Database(database), name: name, metadata: one.Metadata,
			hash: crc64.New(crc64.MakeTable(crc64.ECMA)), documents: &documents,
		}
		check(receiver.make(wanted.Drop))
		demux.Open(namespace, receiver)
	}
	check(demux.Run())
	log.Logvf(log.Always, "%v document(s) restored successfully. 0 document(s) failed to restore.", documents)
}

// matches tells what the one "*" of a pattern stands for.
func matches(pattern, namespace string) (string, bool) {
	before, after, found := strings.Cut(pattern, "*")
	if !found {
		return "", pattern == namespace
	}
	if len(namespace) < len(before)+len(after) || !strings.HasPrefix(namespace, before) || !strings.HasSuffix(namespace, after) {
		return "", false
	}
	return namespace[len(before) : len(namespace)-len(after)], true
}

func included(namespace string, patterns []string) bool {
	for _, pattern := range patterns {
		if _, found := matches(pattern, namespace); found {
			return true
		}
	}
	return len(patterns) == 0
}

func renamed(namespace string, wanted *outputOptions) string {
	for i, pattern := range wanted.NSFrom {
		if star, found := matches(pattern, namespace); found {
			return strings.Replace(wanted.NSTo[i], "*", star, 1)
		}
	}
	return namespace
}

// receiver fills a collection.
type receiver struct {
	database  *mongo.Database
	name      string
	metadata  string
	hash      hash.Hash64
	documents *int
	batch     []interface{}
	bytes     int
}

type metadata struct {
	Options bson.D   `bson:"options"`
	Indexes []bson.D `bson:"indexes"`
}

func (r *receiver) kept() (found metadata, err error) {
	if r.metadata != "" {
		err = bson.UnmarshalExtJSON([]byte(r.metadata), false, &found)
	}
	return found, err
}

func (r *receiver) make(drop bool) error {
	kept, err := r.kept()
	if err != nil {
		return err
	}
	if drop {
		if err = r.database.Collection(r.name).Drop(context.Background()); err != nil {
			return err
		}
	}
	return r.database.RunCommand(context.Background(), append(bson.D{{Key: "create", Value: r.name}}, kept.Options...)).Err()
}

func (r *receiver) Write(document []byte) (int, error) {
	r.hash.Write(document)
	r.batch = append(r.batch, bson.Raw(append([]byte{}, document...)))
	r.bytes += len(document)
	if len(r.batch) < batchDocuments && r.bytes < batchBytes {
		return len(document), nil
	}
	return len(document), r.flush()
}

func (r *receiver) flush() error {
	if len(r.batch) == 0 {
		return nil
	}
	_, err := r.database.Collection(r.name).InsertMany(context.Background(), r.batch)
	if err != nil {
		return fmt.Errorf("%s.%s: error restoring: %v", r.database.Name(), r.name, err)
	}
	*r.documents += len(r.batch)
	r.batch, r.bytes = nil, 0
	return nil
}

// End is called when the archive says that the collection is whole.
func (r *receiver) End() {
	check(r.flush())
	kept, err := r.kept()
	check(err)
	indexes := bson.A{}
	for _, index := range kept.Indexes {
		if index.Map()["name"] == "_id_" {
			continue
		}
		made := bson.D{}
		for _, element := range index {
			// The server chooses the version, as with mongorestore without --keepIndexVersion.
			if element.Key != "v" && element.Key != "ns" {
				made = append(made, element)
			}
		}
		indexes = append(indexes, made)
	}
	if len(indexes) > 0 {
		command := bson.D{{Key: "createIndexes", Value: r.name}, {Key: "indexes", Value: indexes}}
		check(r.database.RunCommand(context.Background(), command).Err())
	}
}

func (r *receiver) Sum64() (uint64, bool) { return r.hash.Sum64(), true }

func check(err error) {
	if err != nil {
		tool.Fail(err)
	}
}
