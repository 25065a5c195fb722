package service

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"linkdesk/core"
)

// maxFiles is how many manifests a person's folder may hold.
const maxFiles = 200

// Problem is a file in the person's folder that cannot be used.
type Problem struct {
	File string
	Err  error
}

// Registry knows all services: those built in and those of the person's
// folder, where a file with the same id replaces a built-in service. It may be
// used by many goroutines; manifests it hands out are never changed.
type Registry struct {
	builtin map[string]*Manifest
	userDir string

	mu       sync.RWMutex
	practice string
	services map[string]*Manifest
	problems []Problem
}

// NewRegistry loads all manifests below builtin and in userDir (which need not
// exist, "" for none). A broken built-in manifest is an error; a broken file
// of the person is listed by Problems and left out. The practice origin is
// "http://127.0.0.1:PORT", or "" until SetPractice tells it.
func NewRegistry(builtin fs.FS, userDir string, practiceOrigin string) (*Registry, error) {
	r := &Registry{builtin: map[string]*Manifest{}, userDir: userDir, practice: practiceOrigin}
	err := fs.WalkDir(builtin, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		data, err := fs.ReadFile(builtin, name)
		if err != nil {
			return err
		}
		m, err := Load(name, data)
		if err != nil {
			return err
		}
		if r.builtin[m.ID] != nil {
			return fmt.Errorf("%s: the service %s is built in twice", name, m.ID)
		}
		m.Origin = "built-in"
		r.builtin[m.ID] = m
		return nil
	})
	if err != nil {
		return nil, err
	}
	r.Reload()
	return r, nil
}

// Reload reads the person's folder again.
func (r *Registry) Reload() {
	own, problems := loadFolder(r.userDir)
	services := map[string]*Manifest{}
	for id, m := range r.builtin {
		services[id] = m
	}
	for id, m := range own {
		services[id] = m
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.services, r.problems = services, problems
	r.bind()
}

// SetPractice tells where the practice store listens from now on.
func (r *Registry) SetPractice(origin string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.practice = origin
	r.bind()
}

// bind gives every service that speaks of {practice} a copy that knows its
// address. The caller holds the lock.
func (r *Registry) bind() {
	for id, m := range r.services {
		if m.PracticeOrigin != r.practice && slices.Contains(m.Hosts, "{practice}") {
			bound := *m
			bound.PracticeOrigin = r.practice
			r.services[id] = &bound
		}
	}
}

// Get returns a service, or an error of class CodeNotFound.
func (r *Registry) Get(id string) (*Manifest, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if m, ok := r.services[id]; ok {
		return m, nil
	}
	return nil, core.NotFound("Linkdesk does not know a service “" + id + "”. Its file may have been removed from the services folder.")
}

// List returns all services: the practice store first, then by name.
func (r *Registry) List() []*Manifest {
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := make([]*Manifest, 0, len(r.services))
	for _, m := range r.services {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b *Manifest) int {
		if (a.Category == "practice") != (b.Category == "practice") {
			if a.Category == "practice" {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// Problems returns the files of the person's folder that are not used, by name.
func (r *Registry) Problems() []Problem {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Clone(r.problems)
}

// loadFolder loads the manifests of a folder by id. Other files are none of its business.
func loadFolder(dir string) (map[string]*Manifest, []Problem) {
	services, problems := map[string]*Manifest{}, []Problem(nil)
	if dir == "" {
		return services, nil
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return services, nil
	}
	if err != nil {
		return services, []Problem{{dir, core.E(core.CodeInvalid, "The services folder cannot be read.", err)}}
	}
	count := 0
	for _, entry := range entries {
		file := filepath.Join(dir, entry.Name())
		if ext := filepath.Ext(file); ext != ".yaml" && ext != ".yml" || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		if count++; count > maxFiles {
			problems = append(problems, Problem{file, core.Invalid(fmt.Sprintf("The services folder holds more than %d files. This one and those after it are not used.", maxFiles))})
			break
		}
		m, err := loadFile(file)
		switch {
		case err != nil:
			problems = append(problems, Problem{file, err})
		case services[m.ID] != nil:
			problems = append(problems, Problem{file, core.Invalid(fmt.Sprintf("%s has the same id as %s, “%s”, so it is not used.", entry.Name(), filepath.Base(services[m.ID].Origin), m.ID))})
		default:
			services[m.ID] = m
		}
	}
	return services, problems
}

// loadFile reads one file of the person. A link may lead to a plain file;
// devices, pipes and folders are refused before they are opened, since reading
// one may never end.
func loadFile(file string) (*Manifest, error) {
	name := filepath.Base(file)
	info, err := os.Stat(file)
	if err != nil {
		return nil, core.E(core.CodeInvalid, name+" cannot be read.", err)
	}
	if !info.Mode().IsRegular() {
		return nil, core.Invalid(name + " is not a file.")
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, core.E(core.CodeInvalid, name+" cannot be read. Check its permissions.", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, core.E(core.CodeInvalid, name+" cannot be read.", err)
	}
	return Load(file, data)
}
