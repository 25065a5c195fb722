package main

import (
	"context"
	"os"

	"linkdesk/core"
	"linkdesk/core/vault"
)

// OpenVault opens the vault as far as that goes without asking anybody, or with
// the passphrase of the environment. With session a key for this session will
// do where there is no keyring.
func (a *App) OpenVault(ctx context.Context, session bool) error {
	if pass := os.Getenv("LINKDESK_PASSPHRASE"); pass != "" {
		return a.openWithPassphrase(ctx, core.NewSecret(pass))
	}
	err := a.Vault.Open(ctx)
	if err != nil && session && a.Vault.State().Phase == vault.Choose {
		return a.Vault.UseSession(ctx)
	}
	return err
}

func (a *App) openWithPassphrase(ctx context.Context, pass core.Secret) error {
	a.Redactor.Remember(pass)
	meta, err := a.DB.KeyMeta().LoadKeyMeta(ctx)
	if err != nil {
		return err
	}
	// Open first: it finds out which phase the vault is in.
	if err := a.Vault.Open(ctx); err == nil {
		return nil
	}
	switch {
	case meta.Mode == vault.Passphrase:
		return a.Vault.UnlockWithPassphrase(ctx, pass)
	case a.Vault.State().Phase == vault.Choose:
		return a.Vault.UsePassphrase(ctx, pass)
	}
	return a.Vault.State().Err
}

// RetryVault waits in the background for a keyring that is not ready yet, as
// after signing in to the computer (P-04).
func (a *App) RetryVault() {
	a.work.Go(func() error {
		if err := a.Vault.Retry(a.ctx); err != nil && a.ctx.Err() == nil {
			a.Log.Warn("the vault stays closed", "error", err)
		}
		return nil
	})
}

// explainVault says on the command line what the window would ask.
func explainVault(a *App, err error) error {
	switch s := a.Vault.State(); {
	case s.Phase == vault.Choose:
		return core.E(core.CodeKeyring, "This computer has no password store that Linkdesk can use. Set LINKDESK_PASSPHRASE to a passphrase that protects your sign-ins, or open the window and choose there.", err)
	case s.Mode == vault.Passphrase && os.Getenv("LINKDESK_PASSPHRASE") == "":
		return core.E(core.CodeKeyring, "Your sign-ins are protected by a passphrase. Set LINKDESK_PASSPHRASE, or open the window and type it there.", err)
	}
	return err
}
