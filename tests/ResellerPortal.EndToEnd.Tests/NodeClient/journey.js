// What a customer's program does with ConvertAPI's own client; prints what it saw as JSON.
const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');
const ConvertAPI = require('convertapi');

const { BASE, TOKEN, MASTER, EXHAUSTED } = process.env;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'official-client-'));
const file = (name, text) => {
  const place = path.join(folder, name);
  fs.writeFileSync(place, text);
  return place;
};
const client = (credentials) => new ConvertAPI(credentials, { baseUri: BASE, conversionTimeout: 60 });
const refusal = async (work) => {
  try {
    await work();
    return 'not refused';
  } catch (error) {
    return { status: error.response && error.response.status, code: error.data && error.data.Code };
  }
};

(async () => {
  const api = client(TOKEN);
  const seen = {};

  const converted = await api.convert('pdf', { File: file('hello.txt', 'Hello from a file') });
  seen.file = { cost: converted.conversionCost, name: converted.file.fileName, saved: await converted.file.save(path.join(folder, 'hello.pdf')) };

  const source = http.createServer((_, answer) => answer.end('Hello from an address'));
  await new Promise((ready) => source.listen(0, '127.0.0.1', ready));
  const fromUrl = await api.convert('pdf', { File: `http://127.0.0.1:${source.address().port}/page.txt` });
  seen.url = { cost: fromUrl.conversionCost, saved: await fromUrl.file.save(path.join(folder, 'url.pdf')) };
  source.close();

  const upload = await api.upload(file('later.txt', 'Hello from an upload'));
  const fromUpload = await api.convert('pdf', { File: upload });
  seen.upload = { ext: upload.fileExt, name: upload.fileName, saved: await fromUpload.file.save(path.join(folder, 'upload.pdf')) };

  const several = await api.convert('pdf', { Files: [file('one.txt', 'One'), file('two.txt', 'Two')] });
  seen.several = { cost: several.conversionCost, saved: await several.saveFiles(folder) };

  // A result is the next conversion's source: its address is the gateway's own.
  seen.chained = await refusal(() => api.convert('jpg', { File: converted }));

  const job = await api.convert('pdf', { File: file('async.txt', 'Hello from a job'), Async: true });
  let answer = 202;
  let result;
  for (let i = 0; answer === 202 && i < 100; i += 1) {
    await new Promise((wait) => setTimeout(wait, 100));
    const poll = await fetch(`${BASE}async/job/${job.jobId}`, { headers: { Authorization: `Bearer ${TOKEN}` } });
    answer = poll.status;
    result = answer === 200 ? await poll.json() : null;
  }
  seen.job = { status: answer, name: result.Files[0].FileName, cost: result.ConversionCost };

  seen.user = await client(MASTER).getUser();
  seen.userWithToken = await refusal(() => api.getUser());
  seen.wrong = await refusal(() => client('no-such-token').convert('pdf', { File: file('wrong.txt', 'x') }));
  seen.exhausted = await refusal(() => client(EXHAUSTED).convert('pdf', { File: upload.fileId ? file('exhausted.txt', 'x') : '' }));

  process.stdout.write(JSON.stringify(seen));
})().catch((error) => {
  process.stderr.write(`${error.stack}\n${JSON.stringify(error.data)}`);
  process.exit(1);
});
