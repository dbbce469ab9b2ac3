// The way to the server, which tries again where there is no answer.

const LONGEST = 2000; // milliseconds between two tries

export class Refused extends Error {}

const later = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/**
 * Asks the server and returns its answer; where it cannot be reached, asks until it can.
 *
 * @param {string} path relative to the page
 * @param {object | undefined} given what to save, none to read
 * @param {(silent: boolean) => void} trouble is told when the server falls silent, and when not
 * @throws {Refused} the server will not have it, with its reason
 */
export async function ask(path, given, trouble) {
  const options = given && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(given),
  };
  for (let wait = 250; ; wait = Math.min(2 * wait, LONGEST)) {
    let response;
    try {
      response = await fetch(path, options);
    } catch {
      trouble(true);
      await later(wait);
      continue;
    }
    trouble(false);
    const answer = await response.json().catch(() => null);
    if (response.ok && answer) return answer;
    throw new Refused(answer?.error ?? `the server says ${response.status}; load the page anew`);
  }
}
