// A person's browser. follow does what any browser does with a sign-in; editor
// is the real one, headless, in which the person uses n8n's own editor.
import assert from 'node:assert/strict'
import { base, owner } from './n8n.mjs'
import { pause, require } from './tools.mjs'

const { chromium } = require('playwright-core')
const { OAuth2Api } = require('n8n-nodes-base/dist/credentials/OAuth2Api.credentials.js')
export const fields = new OAuth2Api().properties

// follow opens an address, keeps cookies by host, goes where it is sent, loads
// the page that waits again as that page says, and returns the last page.
export async function follow(address, jar = {}) {
  for (const ends = Date.now() + 60_000; Date.now() < ends;) {
    const { host } = new URL(address)
    const answer = await fetch(address, { redirect: 'manual', headers: { cookie: jar[host] ?? '', 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate', accept: 'text/html' } })
    const page = await answer.text()
    for (const c of answer.headers.getSetCookie()) jar[host] = [jar[host], c.split(';')[0]].filter(Boolean).join('; ')
    if ([302, 303].includes(answer.status)) {
      address = new URL(answer.headers.get('location'), address).href
      continue
    }
    const again = /<meta http-equiv="refresh" content="(\d+)">/.exec(page)
    if (!again) return { address, status: answer.status, page }
    await pause(again[1] * 1000)
  }
  assert.fail('nobody answered the question')
}

// editor opens n8n's own editor in Chromium, signed in, with a new credential
// of the kind "OAuth2 API", and hands over its form.
export async function editor(work) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] })
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } })
  page.setDefaultTimeout(30_000)
  try {
    await page.goto(`${base}/signin`)
    await page.locator('input[type=email]').fill(owner.email)
    await page.locator('input[type=password]').fill(owner.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(/\/(home|workflow)/)
    await page.goto(`${base}/home/credentials/create`)
    const choice = page.getByRole('dialog').filter({ hasText: 'Add new credential' })
    await choice.locator('input').first().fill('OAuth2 API')
    await page.getByRole('option', { name: 'OAuth2 API', exact: true }).click()
    await choice.getByRole('button', { name: 'Continue' }).click()
    await work(new Form(page, page.getByRole('dialog').filter({ hasText: 'Grant Type' })))
  } catch (err) {
    await page.screenshot({ path: 'editor.png' }).catch(() => {})
    throw err
  } finally {
    await browser.close()
  }
}

// Form is the form of a credential. Fields go by the names that a person reads.
class Form {
  constructor(page, dialog) { Object.assign(this, { page, dialog }) }

  field(label) {
    const found = fields.find((f) => f.displayName === label && f.type !== 'hidden')
    assert.ok(found, `n8n has no field “${label}”`)
    return { ...found, at: this.dialog.locator(`[data-test-id="parameter-input-${found.name}"]`) }
  }

  async enter(label, value) {
    const { type, at, options } = this.field(label)
    if (type !== 'options') return at.locator('input').fill(value)
    assert.ok(options.some((o) => o.name === value), `“${label}” of n8n has no “${value}”`)
    await at.locator('input').click()
    await this.page.getByRole('option', { name: value }).filter({ visible: true }).click()
  }

  button() { return this.dialog.getByRole('button', { name: 'Connect my account' }) }

  // connect presses the button and returns the window that opens.
  async connect() {
    const [popup] = await Promise.all([this.page.waitForEvent('popup'), this.button().click()])
    return popup
  }
}
