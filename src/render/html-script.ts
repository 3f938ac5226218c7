/**
 * The script of the page, which works without a network and from `file://`. It adds a button to each command; without
 * it the page only lacks these buttons. Its hash is in the page's Content-Security-Policy, so no other script runs.
 */
export const SCRIPT = `
'use strict';
const copied = async (code) => {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(code);
    return document.execCommand('copy');
  }
};
for (const code of document.querySelectorAll('code.copy')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Copy';
  button.title = code.textContent;
  button.addEventListener('click', async () => {
    button.textContent = (await copied(code)) ? 'Copied' : 'Press Ctrl+C';
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
  code.after(button);
}
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
});
`;
