// Opens an age file with the age-encryption package: node open_age.mjs FILE IDENTITY > PLAIN
import { readFileSync } from "node:fs";
import { Decrypter } from "age-encryption";

const [file, identity] = process.argv.slice(2);
const decrypter = new Decrypter();
decrypter.addIdentity(identity);
process.stdout.write(await decrypter.decrypt(readFileSync(file), "uint8array"));
