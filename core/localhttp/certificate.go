package localhttp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"linkdesk/core"
)

// certificate is the one shown to other computers. When its files are renewed,
// the new one is shown from the next look on.
type certificate struct {
	set   Setting
	clock core.Clock

	mu     sync.Mutex
	pair   *tls.Certificate
	looked time.Time
	files  [2]time.Time // when they were written
}

// lookEvery is how often the files are looked at.
const lookEvery = time.Minute

// openCertificate reads the certificate of a setting. Errors are *core.Error of
// CodeInvalid: what is wrong with which file.
func openCertificate(set Setting, clock core.Clock) (*certificate, error) {
	c := &certificate{set: set, clock: clock, looked: clock.Now(), files: written(set)}
	var err error
	c.pair, err = readPair(set, c.looked)
	return c, err
}

func written(set Setting) (at [2]time.Time) {
	for i, path := range []string{set.Certificate, set.Key} {
		if info, err := os.Stat(path); err == nil {
			at[i] = info.ModTime()
		}
	}
	return at
}

func readPair(set Setting, now time.Time) (*tls.Certificate, error) {
	chain, err := readPEM(set.Certificate)
	if err != nil {
		return nil, err
	}
	key, err := readPEM(set.Key)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(chain, key)
	name, keyName := filepath.Base(set.Certificate), filepath.Base(set.Key)
	switch {
	case err != nil && strings.Contains(err.Error(), "does not match"):
		return nil, core.E(core.CodeInvalid, "The private key in “"+keyName+"” belongs to another certificate than that in “"+name+"”.", err)
	case err != nil && strings.Contains(string(key), "ENCRYPTED"):
		return nil, core.E(core.CodeInvalid, "The private key in “"+keyName+"” is protected by a password. Linkdesk needs one without.", err)
	case err != nil:
		return nil, core.E(core.CodeInvalid, "“"+name+"” and “"+keyName+"” are not a certificate and its private key (PEM files).", err)
	case now.After(pair.Leaf.NotAfter):
		return nil, core.Invalid("The certificate in “" + name + "” ended on " + pair.Leaf.NotAfter.Format("2 January 2006") + ". Renew it.")
	case len(pair.Leaf.DNSNames) == 0 && len(pair.Leaf.IPAddresses) == 0:
		return nil, core.Invalid("The certificate in “" + name + "” names no computer, so no program would accept it.")
	}
	return &pair, nil
}

// readPEM reads a small file.
func readPEM(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, core.E(core.CodeInvalid, "There is no file “"+path+"”.", err)
	case err == nil && (info.IsDir() || info.Size() > 1<<20):
		return nil, core.Invalid("“" + path + "” is not a certificate or key file.")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, core.E(core.CodeInvalid, "The file “"+path+"” cannot be read.", err)
	}
	return text, nil
}

// current is the certificate as its files are now; one that cannot be used does
// not take the place of one that could.
func (c *certificate) current() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock.Now()
	if since := now.Sub(c.looked); since >= 0 && since < lookEvery {
		return c.pair
	}
	c.looked = now
	if at := written(c.set); at != c.files {
		if pair, err := readPair(c.set, now); err == nil {
			c.pair, c.files = pair, at
		}
	}
	return c.pair
}

// covers reports whether the certificate is for a name.
func (c *certificate) covers(name string) bool { return c.current().Leaf.VerifyHostname(name) == nil }

// name is the first that the certificate is for.
func (c *certificate) name() string {
	leaf := c.current().Leaf
	if len(leaf.DNSNames) > 0 {
		return strings.Replace(leaf.DNSNames[0], "*", "this-computer", 1)
	}
	return leaf.IPAddresses[0].String()
}

func (c *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current(), nil }}
}

// ownLife is how long a certificate that Linkdesk made is good; some systems
// accept none that is good for longer.
const ownLife = 825 * 24 * time.Hour

// MakeCertificate makes a certificate for this computer's names and addresses in
// a folder, and returns a setting with its files. Programs that shall use it have
// to be given the certificate file to trust. It can vouch for nothing else, so
// trusting it opens nothing else.
func MakeCertificate(folder string, now time.Time) (Setting, error) {
	set := Setting{Reach: Network, Certificate: filepath.Join(folder, "linkdesk.crt"), Key: filepath.Join(folder, "linkdesk.key")}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return set, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return set, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Linkdesk on this computer"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(ownLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	template.DNSNames, template.IPAddresses = ownNames()
	text, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return set, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return set, err
	}
	err = errors.Join(os.MkdirAll(folder, 0o700),
		writePEM(set.Key, "PRIVATE KEY", key, 0o600), writePEM(set.Certificate, "CERTIFICATE", text, 0o644))
	if err != nil {
		return set, core.E(core.CodeStorageFull, "The certificate could not be written to “"+folder+"”.", err)
	}
	return set, nil
}

func writePEM(path, kind string, der []byte, mode os.FileMode) error {
	half := path + ".new"
	os.Remove(half) // its mode would stay
	if err := os.WriteFile(half, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode); err != nil {
		return err
	}
	return os.Rename(half, path)
}

// ownNames are those by which other computers may know this one.
func ownNames() (dns []string, ips []net.IP) {
	if host, err := os.Hostname(); err == nil && host != "" && host != "localhost" {
		host = strings.ToLower(strings.TrimSuffix(host, "."))
		dns = append(dns, host)
		if !strings.Contains(host, ".") {
			dns = append(dns, host+".local") // multicast DNS (RFC 6762)
		}
	}
	all, _ := net.InterfaceAddrs()
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			ips = append(ips, n.IP)
		}
	}
	return append(dns, "localhost"), ips
}
