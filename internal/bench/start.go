package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// starts is how often the provider is started on its own in each run: that is quick.
const starts = 10

// start prints how large the provider is, and how long it takes from its start to its handshake.
func (b *bench) start(ctx context.Context, stdout io.Writer, runs int) error {
	provider := filepath.Join(b.dir, providerName+".real")
	binary, err := os.Stat(provider)
	if err != nil {
		return err
	}
	certificate, err := clientCertificate()
	if err != nil {
		return err
	}
	var took []time.Duration
	for range runs * starts {
		one, err := handshake(ctx, provider, certificate)
		if err != nil {
			return err
		}
		took = append(took, one)
	}
	fmt.Fprintf(stdout, "Binary: %.1f MB. From the provider's start to its handshake: %d ms (median of %d).\n\n%s\n",
		float64(binary.Size())/(1<<20), median(took, func(d time.Duration) time.Duration { return d }).Milliseconds(), len(took), header)
	return nil
}

// handshake starts the provider as Terraform does, with a certificate for which it makes one of its own, and waits until it says
// where it listens.
func handshake(ctx context.Context, provider, certificate string) (time.Duration, error) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	cmd := exec.CommandContext(ctx, provider)
	cmd.Env = []string{
		"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
		"PLUGIN_PROTOCOL_VERSIONS=6", "PLUGIN_CLIENT_CERT=" + certificate,
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	_, err = bufio.NewReader(stdout).ReadString('\n')
	took := time.Since(began)
	end()
	_ = cmd.Wait() // it was killed
	return took, err
}

// clientCertificate makes a certificate as Terraform does for each provider that it starts.
func clientCertificate() (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		return "", err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), err
}
