import { expect, test } from '@playwright/test'
import { dispatch, leaveIntro, openLab, runOn, station } from '../lab.ts'

test('three users: the node refuses what they have no right to, and its inspector says who and what', async ({ page }) => {
  await openLab(page, '/?scenario=three-users')
  await leaveIntro(page)
  await runOn(page, 3)
  await station(page, 'n1').click()
  const inspector = page.getByRole('region', { name: 'Inspector', exact: true })
  const users = inspector.getByRole('button', { name: /^Users/ })
  await expect(users).toContainText('4 users, some refused')
  if ((await users.getAttribute('aria-expanded')) === 'false') await users.click()
  await expect(inspector).toContainText('~item:* resetchannels &invalidate')
  await expect(inspector).toContainText('report may not say')
  await station(page, 'app3').click()
  await expect(inspector).toContainText('default, without a password, refused: NOAUTH')
  const line = page.getByRole('textbox', { name: /^redis-cli command/ })
  const log = page.getByRole('log', { name: 'redis-cli' })
  const type = async (text: string) => {
    await line.fill(text)
    await line.press('Enter')
  }
  await station(page, 'n1').click()
  await type('ACL WHOAMI')
  await expect(log).toContainText('(error) NOAUTH Authentication required.')
  await type('AUTH sesame')
  await type('ACL DRYRUN report SET item:1 x')
  await expect(log).toContainText("This user has no permissions to run the 'set' command")
})

test('an open port: anyone is served, until nodes ask for a password and connections begin anew', async ({ page }) => {
  await openLab(page, '/?scenario=open-port')
  await leaveIntro(page)
  await station(page, 'n1').click()
  const inspector = page.getByRole('region', { name: 'Inspector', exact: true })
  await inspector.getByRole('button', { name: /^Users/ }).click()
  await expect(inspector).toContainText('Nobody is asked for a password')
  await page.getByLabel('nodes ask for').selectOption({ label: 'sesame' })
  await dispatch(page, { type: 'crash', process: 'n1' })
  await dispatch(page, { type: 'restart', process: 'n1' })
  await runOn(page, 3)
  await station(page, 'app1').click()
  await expect(inspector).toContainText('refused: NOAUTH')
})
