// Reads HAR files by the JSON schema of HAR 1.2, and by the few things that the
// schema does not say but readers ask for.
"use strict";
const fs = require("fs");
const Ajv = require("ajv");
const schemas = require("har-schema");

const ajv = new Ajv({ allErrors: true });
ajv.addMetaSchema(require("ajv/lib/refs/json-schema-draft-06.json"));
ajv.addSchema(Object.values(schemas));
const validate = ajv.getSchema("har.json#");

// beyond returns what is wrong with an entry in the words of the specification.
function beyond(entry) {
  const wrong = [];
  const { send, wait, receive } = entry.timings;
  const { request, response } = entry;
  if (Math.abs(send + wait + receive - entry.time) > 1e-6) wrong.push("time is not the sum of the timings");
  if (Math.min(send, wait, receive) < 0) wrong.push("send, wait or receive is negative");
  if (Number.isNaN(Date.parse(entry.startedDateTime))) wrong.push("startedDateTime is no time");
  if (!/\.\d{3}(Z|[+-]\d\d:\d\d)$/.test(entry.startedDateTime)) wrong.push("startedDateTime has no milliseconds or no zone");
  const url = new URL(request.url);
  const pairs = (list) => JSON.stringify(list.map(({ name, value }) => [name, value]));
  // What is no UTF-8 reads as U+FFFD on either way.
  const decoded = (text) => JSON.stringify([...new URLSearchParams(text)]);
  if (decoded(url.search) !== pairs(request.queryString)) wrong.push("queryString is not the query of the url");
  const post = request.postData;
  if (post?.params.length && decoded(post.text) !== pairs(post.params)) wrong.push("params are not the text of postData");
  if (Buffer.byteLength(response.content.text ?? "") !== response.content.size) wrong.push("size is not that of the text");
  return wrong;
}

const files = process.argv.slice(2);
let bad = 0;
for (const file of files) {
  const complain = (text) => {
    bad++;
    console.error(`${file}: ${text}`);
  };
  const archive = JSON.parse(fs.readFileSync(file, "utf8"));
  if (!validate(archive)) {
    for (const e of validate.errors) complain(`${e.dataPath} ${e.message}`);
    continue;
  }
  const { log } = archive;
  if (log.version !== "1.2" || log.creator.name !== "mockportal") complain("is not HAR 1.2 by mockportal");
  log.entries.forEach((entry, i) => beyond(entry).forEach((text) => complain(`entry ${i}: ${text}`)));
  const faults = log.entries.filter((entry) => entry.response.status === 0).length;
  console.log(`${file}: ${log.entries.length} entries, ${faults} of them faults`);
}
if (bad > 0 || files.length === 0) {
  console.error(`${bad} faults in ${files.length} HAR files`);
  process.exit(1);
}
