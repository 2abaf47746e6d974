// API keys with a remaining count, verified as better-auth's documentation shows: prints verifications a second.
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { apiKey } from "@better-auth/api-key";
import pg from "pg";

const [connectionString, seconds, inFlight] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const database = new pg.Pool({ connectionString, max: inFlight });
const options = {
  database,
  baseURL: "http://127.0.0.1",
  secret: "a secret of a benchmark that guards nothing",
  emailAndPassword: { enabled: true },
  plugins: [apiKey({ rateLimit: { enabled: false } })],
  logger: { level: "error" },
};
const auth = betterAuth(options);
await (await getMigrations(options)).runMigrations();
const { user } = await auth.api.signUpEmail({ body: { email: "a@example.com", password: "long enough 123", name: "A" } });
const keys = [];
for (let i = 0; i < 64; i++) {
  keys.push((await auth.api.createApiKey({ body: { userId: user.id, name: `key ${i}`, remaining: 1_000_000_000 } })).key);
}

let verified = 0;
let isOver = false;
const workers = Array.from({ length: inFlight }, async (_, i) => {
  while (!isOver) {
    const { valid, error } = await auth.api.verifyApiKey({ body: { key: keys[i % keys.length] } });
    if (!valid) throw new Error(JSON.stringify(error));
    verified++;
  }
});
await new Promise((resolve) => setTimeout(resolve, seconds * 250));
verified = 0;
const start = performance.now();
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const [count, elapsed] = [verified, performance.now() - start];
isOver = true;
await Promise.all(workers);
console.log(count / (elapsed / 1000));
await database.end();
