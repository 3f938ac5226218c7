// Generated from src/steps by `npm run generate`; do not edit.
var __getOwnPropNames=Object.getOwnPropertyNames;var __commonJS=(cb,mod)=>function(){try{return mod||(0,cb[__getOwnPropNames(cb)[0]])((mod={exports:{}}).exports,mod),mod.
exports}catch(e){throw mod=0,e}};var require_ucs2length=__commonJS({"node_modules/ajv/dist/runtime/ucs2length.js"(exports){"use strict";Object.defineProperty(
exports,"__esModule",{value:!0});function ucs2length(str){let len=str.length,length=0,pos=0,value;for(;pos<len;)length++,
value=str.charCodeAt(pos++),value>=55296&&value<=56319&&pos<len&&(value=str.charCodeAt(pos),(value&64512)===56320&&pos++);
return length}exports.default=ucs2length;ucs2length.code='require("ajv/dist/runtime/ucs2length").default'}});var validate=validate52,stdin_default=validate52,schema19={$schema:"https://json-schema.org/draft/2020-12/schema",$id:"u\
rn:blockplan:schema:plan:v1",title:"blockplan plan",description:"A live disk operation on a libvirt guest that can be re\
viewed, run and undone.",type:"object",additionalProperties:!1,required:["plan","name","domain","steps"],properties:{plan:{
const:"blockplan/v1",description:"The format of the plan."},name:{type:"string",title:'a word of a-z, 0-9 and "-"',pattern:"\
^[a-z0-9][a-z0-9-]{0,62}$",description:"Name of the plan in reports and in the journal.",examples:["move-testvm"]},description:{
type:"string",description:"Purpose of the plan; may have several lines."},domain:{type:"string",title:'the name of a lib\
virt domain: not empty, without "/", and not starting with "-" or a space',pattern:"^[^/\\s-][^/]*$",maxLength:255,description:"\
Name of the guest's domain, as in `virsh list --all`."},vars:{type:"object",description:"Variables, used as `${vars.NAME\
}`. A value may refer to variables above it, to the guest and to the run. `--set NAME=value` replaces a value; it is req\
uired for a variable without one.",maxProperties:100,propertyNames:{type:"string",title:'a name of letters, digits, "_" \
and "-"',pattern:"^[A-Za-z_][A-Za-z0-9_-]*$"},additionalProperties:{type:["string","number","boolean","null"],title:"tex\
t, a number, true, false, or nothing"}},hooks:{type:"object",additionalProperties:!1,description:"Programs to run before\
 the first step and after the end of the run, on the machine that blockplan runs on.",properties:{before:{description:"A\
 hook is a map: { command: [/usr/local/bin/notify, --quiet], timeout: 30s }.",type:["object","array"],maxItems:20},after:{
description:"A hook is a map: { command: [/usr/local/bin/notify, --quiet], timeout: 30s }.",type:["object","array"],maxItems:20},
"on-failure":{description:"A hook is a map: { command: [/usr/local/bin/notify, --quiet], timeout: 30s }.",type:["object",
"array"],maxItems:20}}},steps:{type:"array",minItems:1,maxItems:100,description:"Steps of the plan, run in this order. V\
alues may refer to `${vars.NAME}`, `${domain}`, `${guest.name}`, `${guest.uuid}`, `${guest.disks.TARGET.source}` (the pa\
th of the active layer), `${guest.disks.TARGET.format}`, `${run.date}`, `${run.time}` and `${run.id}`. With TARGET in a \
variable: `${guest.disks[vars.NAME].source}`.",items:{type:"object",additionalProperties:!1,properties:{id:{type:"string",
title:'a word of a-z, 0-9 and "-"',pattern:"^[a-z0-9][a-z0-9-]{0,62}$",description:"Name of the step; its kind unless sp\
ecified."},"snapshot-create-as":{$ref:"#/$defs/snapshot-create-as"},"backup-begin":{$ref:"#/$defs/backup-begin"},"checkp\
oint-create":{$ref:"#/$defs/checkpoint-create"},"checkpoint-delete":{$ref:"#/$defs/checkpoint-delete"},"backup-verify":{
$ref:"#/$defs/backup-verify"},"backup-prune":{$ref:"#/$defs/backup-prune"},restore:{$ref:"#/$defs/restore"},blockcopy:{$ref:"\
#/$defs/blockcopy"},blockcommit:{$ref:"#/$defs/blockcommit"},blockpull:{$ref:"#/$defs/blockpull"},undefine:{$ref:"#/$def\
s/undefine"},redefine:{$ref:"#/$defs/redefine"},convert:{$ref:"#/$defs/convert"}}}},"on-failure":{type:"string",enum:["r\
ollback","stop"],default:"rollback",description:"`rollback` undoes what the run did; `stop` leaves everything as it is a\
nd reports that."}},$defs:{"snapshot-create-as":{type:"object",additionalProperties:!1,required:["name"],properties:{name:{
type:"string",minLength:1,pattern:"^[^/.][^/]*$",description:"Name of the snapshot; also the suffix of the overlay file \
names."},description:{type:"string",description:"Description stored with the snapshot."},"disk-only":{type:"boolean",description:"\
Snapshot the disks without the memory: each disk continues in an overlay."},atomic:{type:"boolean",description:"All disk\
s or none."},quiesce:{type:"boolean",description:"Have the guest agent freeze the guest's file systems during the snapsh\
ot. Requires `disk-only`."},"no-metadata":{type:"boolean",description:"Do not record the snapshot in libvirt; only the c\
hain shows it."},"reuse-external":{type:"boolean",description:"Use existing overlay files that were created for the purp\
ose."},live:{type:"boolean",description:"Keep the guest running while its memory is saved. Requires `memspec`."},validate:{
type:"boolean",description:"Have libvirt check the snapshot XML against its schema."},memspec:{type:"object",additionalProperties:!1,
required:["file"],description:"Where to save the memory.",properties:{file:{type:"string",minLength:1,description:"Absol\
ute path."}}},diskspec:{type:"array",minItems:1,description:"What to do with each disk; as with virsh, a disk that is no\
t listed gets an overlay beside its active file.",items:{type:"object",additionalProperties:!1,required:["disk"],properties:{
disk:{type:"string",minLength:1,description:"Target name; `*` for every disk that is not listed by its name."},snapshot:{
type:"string",enum:["external","no"],description:"`no` excludes the disk."},driver:{type:"string",enum:["qcow2","qed"],description:"\
Format of the overlay (default: qcow2)."},file:{type:"string",minLength:1,description:"Absolute path of the overlay."}}}}}},
"backup-begin":{type:"object",additionalProperties:!1,required:["store","name"],properties:{store:{type:"string",minLength:1,
description:"Absolute path of the folder with the backups of this guest; it must exist."},name:{type:"string",pattern:"^\
(?!latest$)(?!(?:prune\\.json|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$",description:"Name of the back\
up, and of its folder in the store; not `latest`. With `${run.date}-${run.time}` the plan can be run again."},disks:{type:"\
array",minItems:1,items:{type:"string",minLength:1},description:"Target names of the disks to copy, as in `virsh domblkl\
ist` (default: every disk that the guest can write to)."},incremental:{type:"string",pattern:"^(?!latest$)(?!(?:prune\\.j\
son|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$",description:"Copy only what was written since an earlie\
r backup: `auto` for the newest that is fit, or the name of a checkpoint. Creates a checkpoint for the next increment (d\
efault: full copies, without a checkpoint)."},"without-parent":{type:"string",enum:["full","refuse"],description:"What t\
o do with a disk of which no increment is possible: copy it in full, or refuse the plan (default: full). Requires `incre\
mental`."},"max-chain":{type:"integer",minimum:1,description:"Copy a disk in full if it would otherwise consist of more \
than this many images (default: no limit). Requires `incremental`."},quiesce:{type:"string",enum:["required","preferred",
"no"],description:"Have the guest agent freeze the guest's file systems while the backup begins: `required` fails withou\
t it, `preferred` makes the backup all the same and notes why they were not frozen (default: `no`)."},"thaw-after":{type:"\
integer",minimum:4,maximum:600,description:"With `quiesce`: thaw the file systems after this many seconds at the latest;\
 the agent has half of it for the freeze (default: 60)."},timeout:{type:"integer",minimum:1,description:"Cancel the back\
up and roll back if it takes more than this many seconds (default: one day)."}}},"checkpoint-create":{type:"object",additionalProperties:!1,
required:["name"],properties:{name:{type:"string",minLength:1,pattern:"^[^/.][^/]*$",description:"Name of the checkpoint\
, and of its bitmap in each disk."},description:{type:"string",description:"Description stored with the checkpoint."},disks:{
type:"array",minItems:1,items:{type:"string",minLength:1},description:"Target names of the disks to track (default: ever\
y qcow2 disk that the guest can write to)."}}},"checkpoint-delete":{type:"object",additionalProperties:!1,required:["che\
ckpointname"],properties:{checkpointname:{type:"string",minLength:1,pattern:"^[^/.][^/]*$",description:"Name of the chec\
kpoint, as in `virsh checkpoint-list`."},metadata:{type:"boolean",description:"Remove libvirt's record only, which also \
works if a bitmap is missing or the guest is off. Bitmaps stay in the images."}}},"backup-verify":{type:"object",additionalProperties:!1,
required:["store"],properties:{store:{type:"string",minLength:1,description:"Absolute path of the folder with the backup\
s of this guest."},backup:{type:"string",pattern:"^(?!(?:prune\\.json|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{\
0,199}$",description:"Name of the backup, as in `blockplan backups`, or `latest` for the newest (default: every backup i\
n the store)."}}},"backup-prune":{type:"object",additionalProperties:!1,required:["store","keep"],properties:{store:{type:"\
string",minLength:1,description:"Absolute path of the folder with the backups of this guest."},keep:{type:"object",additionalProperties:!1,
description:"Which backups to keep: each that at least one of these rules keeps, and those that it needs. The newest one\
 is always kept, and so is the newest that was verified.",properties:{last:{type:"integer",minimum:1,description:"Keep t\
hat many of the newest backups."},daily:{type:"integer",minimum:1,description:"Keep the newest backup of each of the las\
t so many days with backups, in UTC."},weekly:{type:"integer",minimum:1,description:"Keep the newest backup of each of t\
he last so many weeks with backups."},monthly:{type:"integer",minimum:1,description:"Keep the newest backup of each of t\
he last so many months with backups."},pins:{type:"array",minItems:1,items:{type:"string",pattern:"^(?!(?:prune\\.json|lo\
cks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$"},description:"Names of backups to keep in any case."}}}}},restore:{
type:"object",additionalProperties:!1,required:["store","backup","dest"],properties:{store:{type:"string",minLength:1,description:"\
Absolute path of the folder with the backups of this guest."},backup:{type:"string",pattern:"^(?!(?:prune\\.json|locks)$)\
(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$",description:"Name of the backup, as in `blockplan backups`, or `lat\
est` for the newest."},disks:{type:"array",minItems:1,items:{type:"string",minLength:1},description:"Target names of the\
 disks to restore (default: every disk of the backup)."},dest:{type:"string",minLength:1,description:"Absolute path of t\
he folder for the restored files, outside the store; it must exist. A file is called `GUEST-BACKUP-DISK.qcow2`."}}},blockcopy:{
type:"object",additionalProperties:!1,required:["disk","dest"],properties:{disk:{type:"string",minLength:1,description:"\
The target name of the disk, as in `virsh domblklist`: `vda`."},dest:{type:"string",minLength:1,description:"Absolute pa\
th of the copy."},format:{type:"string",enum:["qcow2","raw"],description:"Format of the copy (default: the format of the\
 source)."},shallow:{type:"boolean",description:"Copy the active layer only; the layers below stay where they are, and t\
he copy uses them."},"reuse-external":{type:"boolean",description:"Copy into an existing file that was created for the p\
urpose; its content is overwritten. Requires `format`."},blockdev:{type:"boolean",description:"`dest` is a block device,\
 not a file."},bandwidth:{type:"integer",minimum:1,description:"Speed limit in MiB/s (in bytes/s with `bytes`)."},bytes:{
type:"boolean",description:"`bandwidth` is in bytes/s."},granularity:{type:"integer",minimum:512,maximum:67108864,description:"\
Granularity of the copy in bytes, a power of two."},"buf-size":{type:"integer",minimum:0,description:"Maximum amount of \
data in flight between source and copy, in bytes."},timeout:{type:"integer",minimum:1,description:"Cancel the copy and r\
oll back if it is not ready after this many seconds (default: one day)."},pivot:{type:"boolean",description:"Switch the \
guest to the copy once both are equal: a migration."},finish:{type:"boolean",description:"Keep the guest on the source o\
nce both are equal: a live backup."},"transient-job":{type:"boolean",description:"Accept that the copy is lost if the gu\
est stops before the copy ends. libvirt requires this for a persistent domain, so blockplan always sets it in that case;\
 the domain stays persistent."},"synchronous-writes":{type:"boolean",description:"Complete a write of the guest only aft\
er both sides have it (libvirt 8.0)."}}},blockcommit:{type:"object",additionalProperties:!1,required:["disk"],properties:{
disk:{type:"string",minLength:1,description:"The target name of the disk, as in `virsh domblklist`: `vda`."},base:{type:"\
string",minLength:1,description:"The layer that receives the data: its path, or its position in the chain, such as `vda[\
2]`."},shallow:{type:"boolean",description:"Commit into the layer directly below `top`."},top:{type:"string",minLength:1,
description:"The topmost layer to commit: its path or position; with `active`, the active layer."},active:{type:"boolean",
description:"Commit the active layer; requires `pivot` or `keep-overlay`."},pivot:{type:"boolean",description:"Switch th\
e guest to the base at the end; implies `active`."},"keep-overlay":{type:"boolean",description:"Keep the guest on the ac\
tive layer once the base holds the same data; implies `active`."},delete:{type:"boolean",description:"Remove the committ\
ed files once they are proven unused."},quarantine:{type:"string",minLength:1,description:"Move the committed files to t\
his folder, on the same file system, instead of removing them."},"keep-relative":{type:"boolean",description:"Keep relat\
ive backing file names relative."},bandwidth:{type:"integer",minimum:1,description:"Speed limit in MiB/s (in bytes/s wit\
h `bytes`)."},bytes:{type:"boolean",description:"`bandwidth` is in bytes/s."},timeout:{type:"integer",minimum:1,description:"\
Cancel the commit and roll back if it takes more than this many seconds (default: one day)."}}},blockpull:{type:"object",
additionalProperties:!1,required:["disk"],properties:{disk:{type:"string",minLength:1,description:"The target name of th\
e disk, as in `virsh domblklist`: `vda`."},base:{type:"string",minLength:1,description:"The layer that stays below the a\
ctive one: its path, or its position in the chain, such as `vda[2]`. Default: no layer stays."},"keep-relative":{type:"b\
oolean",description:"Keep the relative name of `base` in the header. Requires `base`."},bandwidth:{type:"integer",minimum:1,
description:"Speed limit in MiB/s (in bytes/s with `bytes`)."},bytes:{type:"boolean",description:"`bandwidth` is in byte\
s/s."},timeout:{type:"integer",minimum:1,description:"Cancel the pull and roll back if it takes more than this many seco\
nds (default: one day)."}}},undefine:{type:"object",additionalProperties:!1,properties:{"keep-nvram":{type:"boolean",description:"\
Keep the guest's NVRAM file; required if it has one."},"keep-tpm":{type:"boolean",description:"Keep the guest's TPM stat\
e (libvirt 8.9); required if it has one."},"snapshots-metadata":{type:"boolean",description:"Remove libvirt's records of\
 the snapshots; the journal keeps their metadata."},"checkpoints-metadata":{type:"boolean",description:"Remove libvirt's\
 records of the checkpoints; the journal keeps their metadata."}}},redefine:{type:"object",additionalProperties:!1,properties:{
disk:{type:"string",minLength:1,description:"The target name of the disk whose source changes: `vda`."},source:{type:"st\
ring",minLength:1,description:"File that the guest uses, as an absolute path. A `<backingStore/>` that hides layers is r\
emoved."}}},convert:{type:"object",additionalProperties:!1,required:["source","dest"],properties:{source:{type:"string",
minLength:1,description:"Absolute path of an image that nothing writes to."},dest:{type:"string",minLength:1,description:"\
Absolute path of the copy; it must not exist."},"source-format":{type:"string",enum:["qcow2","raw","vmdk","vdi","vhdx","\
qed"],description:"Format of the source (-f; default: its format in the chain)."},"target-format":{type:"string",enum:["\
qcow2","raw","vmdk","vdi","vhdx"],description:"Format of the copy (-O; default: qcow2)."},compress:{type:"boolean",description:"\
Compress the copy (-c; qcow2 and vmdk)."},options:{type:"string",minLength:1,description:"Options of the copy's format (\
-o), such as `preallocation=metadata`."},"sparse-size":{type:"integer",minimum:0,description:"Turn runs of at least this\
 many zero bytes into holes (-S; default: 4096; 0: no holes, so that the copy takes the space of the whole disk)."},coroutines:{
type:"integer",minimum:1,maximum:16,description:"Parallel reads and writes (-m; default: 8)."},"rate-limit":{type:"integ\
er",minimum:1,description:"Speed limit in bytes/s (-r)."}}}}},pattern3=new RegExp("^[a-z0-9][a-z0-9-]{0,62}$","u"),pattern4=new RegExp(
"^[^/\\s-][^/]*$","u"),pattern5=new RegExp("^[A-Za-z_][A-Za-z0-9_-]*$","u"),func1=require_ucs2length().default,func2=Object.
prototype.hasOwnProperty,schema20={type:"object",additionalProperties:!1,required:["name"],properties:{name:{type:"strin\
g",minLength:1,pattern:"^[^/.][^/]*$",description:"Name of the snapshot; also the suffix of the overlay file names."},description:{
type:"string",description:"Description stored with the snapshot."},"disk-only":{type:"boolean",description:"Snapshot the\
 disks without the memory: each disk continues in an overlay."},atomic:{type:"boolean",description:"All disks or none."},
quiesce:{type:"boolean",description:"Have the guest agent freeze the guest's file systems during the snapshot. Requires \
`disk-only`."},"no-metadata":{type:"boolean",description:"Do not record the snapshot in libvirt; only the chain shows it\
."},"reuse-external":{type:"boolean",description:"Use existing overlay files that were created for the purpose."},live:{
type:"boolean",description:"Keep the guest running while its memory is saved. Requires `memspec`."},validate:{type:"bool\
ean",description:"Have libvirt check the snapshot XML against its schema."},memspec:{type:"object",additionalProperties:!1,
required:["file"],description:"Where to save the memory.",properties:{file:{type:"string",minLength:1,description:"Absol\
ute path."}}},diskspec:{type:"array",minItems:1,description:"What to do with each disk; as with virsh, a disk that is no\
t listed gets an overlay beside its active file.",items:{type:"object",additionalProperties:!1,required:["disk"],properties:{
disk:{type:"string",minLength:1,description:"Target name; `*` for every disk that is not listed by its name."},snapshot:{
type:"string",enum:["external","no"],description:"`no` excludes the disk."},driver:{type:"string",enum:["qcow2","qed"],description:"\
Format of the overlay (default: qcow2)."},file:{type:"string",minLength:1,description:"Absolute path of the overlay."}}}}}},
pattern7=new RegExp("^[^/.][^/]*$","u");function validate53(data,{instancePath="",parentData,parentDataProperty,rootData=data,
dynamicAnchors={}}={}){let vErrors=null,errors=0,evaluated0=validate53.evaluated;if(evaluated0.dynamicProps&&(evaluated0.
props=void 0),evaluated0.dynamicItems&&(evaluated0.items=void 0),data&&typeof data=="object"&&!Array.isArray(data)){if(data.
name===void 0){let err0={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"name"}};vErrors===
null?vErrors=[err0]:vErrors.push(err0),errors++}for(let key0 in data)if(!func2.call(schema20.properties,key0)){let err1={
instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key0}};vErrors===
null?vErrors=[err1]:vErrors.push(err1),errors++}if(data.name!==void 0){let data0=data.name;if(typeof data0=="string"){if(func1(
data0)<1){let err2={instancePath:instancePath+"/name",schemaPath:"#/properties/name/minLength",keyword:"minLength",params:{
limit:1}};vErrors===null?vErrors=[err2]:vErrors.push(err2),errors++}if(!pattern7.test(data0)){let err3={instancePath:instancePath+
"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern:"^[^/.][^/]*$"}};vErrors===null?vErrors=
[err3]:vErrors.push(err3),errors++}}else{let err4={instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",
keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err4]:vErrors.push(err4),errors++}}if(data.description!==
void 0&&typeof data.description!="string"){let err5={instancePath:instancePath+"/description",schemaPath:"#/properties/d\
escription/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err5]:vErrors.push(err5),errors++}if(data["\
disk-only"]!==void 0&&typeof data["disk-only"]!="boolean"){let err6={instancePath:instancePath+"/disk-only",schemaPath:"\
#/properties/disk-only/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err6]:vErrors.push(err6),errors++}
if(data.atomic!==void 0&&typeof data.atomic!="boolean"){let err7={instancePath:instancePath+"/atomic",schemaPath:"#/prop\
erties/atomic/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err7]:vErrors.push(err7),errors++}if(data.
quiesce!==void 0&&typeof data.quiesce!="boolean"){let err8={instancePath:instancePath+"/quiesce",schemaPath:"#/propertie\
s/quiesce/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err8]:vErrors.push(err8),errors++}if(data["\
no-metadata"]!==void 0&&typeof data["no-metadata"]!="boolean"){let err9={instancePath:instancePath+"/no-metadata",schemaPath:"\
#/properties/no-metadata/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err9]:vErrors.push(err9),
errors++}if(data["reuse-external"]!==void 0&&typeof data["reuse-external"]!="boolean"){let err10={instancePath:instancePath+
"/reuse-external",schemaPath:"#/properties/reuse-external/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=
[err10]:vErrors.push(err10),errors++}if(data.live!==void 0&&typeof data.live!="boolean"){let err11={instancePath:instancePath+
"/live",schemaPath:"#/properties/live/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err11]:vErrors.
push(err11),errors++}if(data.validate!==void 0&&typeof data.validate!="boolean"){let err12={instancePath:instancePath+"/\
validate",schemaPath:"#/properties/validate/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err12]:
vErrors.push(err12),errors++}if(data.memspec!==void 0){let data9=data.memspec;if(data9&&typeof data9=="object"&&!Array.isArray(
data9)){if(data9.file===void 0){let err13={instancePath:instancePath+"/memspec",schemaPath:"#/properties/memspec/require\
d",keyword:"required",params:{missingProperty:"file"}};vErrors===null?vErrors=[err13]:vErrors.push(err13),errors++}for(let key1 in data9)
if(key1!=="file"){let err14={instancePath:instancePath+"/memspec",schemaPath:"#/properties/memspec/additionalProperties",
keyword:"additionalProperties",params:{additionalProperty:key1}};vErrors===null?vErrors=[err14]:vErrors.push(err14),errors++}
if(data9.file!==void 0){let data10=data9.file;if(typeof data10=="string"){if(func1(data10)<1){let err15={instancePath:instancePath+
"/memspec/file",schemaPath:"#/properties/memspec/properties/file/minLength",keyword:"minLength",params:{limit:1}};vErrors===
null?vErrors=[err15]:vErrors.push(err15),errors++}}else{let err16={instancePath:instancePath+"/memspec/file",schemaPath:"\
#/properties/memspec/properties/file/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err16]:vErrors.
push(err16),errors++}}}else{let err17={instancePath:instancePath+"/memspec",schemaPath:"#/properties/memspec/type",keyword:"\
type",params:{type:"object"}};vErrors===null?vErrors=[err17]:vErrors.push(err17),errors++}}if(data.diskspec!==void 0){let data11=data.
diskspec;if(Array.isArray(data11)){if(data11.length<1){let err18={instancePath:instancePath+"/diskspec",schemaPath:"#/pr\
operties/diskspec/minItems",keyword:"minItems",params:{limit:1}};vErrors===null?vErrors=[err18]:vErrors.push(err18),errors++}
let len0=data11.length;for(let i0=0;i0<len0;i0++){let data12=data11[i0];if(data12&&typeof data12=="object"&&!Array.isArray(
data12)){if(data12.disk===void 0){let err19={instancePath:instancePath+"/diskspec/"+i0,schemaPath:"#/properties/diskspec\
/items/required",keyword:"required",params:{missingProperty:"disk"}};vErrors===null?vErrors=[err19]:vErrors.push(err19),
errors++}for(let key2 in data12)if(!(key2==="disk"||key2==="snapshot"||key2==="driver"||key2==="file")){let err20={instancePath:instancePath+
"/diskspec/"+i0,schemaPath:"#/properties/diskspec/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key2}};
vErrors===null?vErrors=[err20]:vErrors.push(err20),errors++}if(data12.disk!==void 0){let data13=data12.disk;if(typeof data13==
"string"){if(func1(data13)<1){let err21={instancePath:instancePath+"/diskspec/"+i0+"/disk",schemaPath:"#/properties/disk\
spec/items/properties/disk/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err21]:vErrors.push(
err21),errors++}}else{let err22={instancePath:instancePath+"/diskspec/"+i0+"/disk",schemaPath:"#/properties/diskspec/ite\
ms/properties/disk/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err22]:vErrors.push(err22),errors++}}
if(data12.snapshot!==void 0){let data14=data12.snapshot;if(typeof data14!="string"){let err23={instancePath:instancePath+
"/diskspec/"+i0+"/snapshot",schemaPath:"#/properties/diskspec/items/properties/snapshot/type",keyword:"type",params:{type:"\
string"}};vErrors===null?vErrors=[err23]:vErrors.push(err23),errors++}if(!(data14==="external"||data14==="no")){let err24={
instancePath:instancePath+"/diskspec/"+i0+"/snapshot",schemaPath:"#/properties/diskspec/items/properties/snapshot/enum",
keyword:"enum",params:{allowedValues:schema20.properties.diskspec.items.properties.snapshot.enum}};vErrors===null?vErrors=
[err24]:vErrors.push(err24),errors++}}if(data12.driver!==void 0){let data15=data12.driver;if(typeof data15!="string"){let err25={
instancePath:instancePath+"/diskspec/"+i0+"/driver",schemaPath:"#/properties/diskspec/items/properties/driver/type",keyword:"\
type",params:{type:"string"}};vErrors===null?vErrors=[err25]:vErrors.push(err25),errors++}if(!(data15==="qcow2"||data15===
"qed")){let err26={instancePath:instancePath+"/diskspec/"+i0+"/driver",schemaPath:"#/properties/diskspec/items/propertie\
s/driver/enum",keyword:"enum",params:{allowedValues:schema20.properties.diskspec.items.properties.driver.enum}};vErrors===
null?vErrors=[err26]:vErrors.push(err26),errors++}}if(data12.file!==void 0){let data16=data12.file;if(typeof data16=="st\
ring"){if(func1(data16)<1){let err27={instancePath:instancePath+"/diskspec/"+i0+"/file",schemaPath:"#/properties/diskspe\
c/items/properties/file/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err27]:vErrors.push(err27),
errors++}}else{let err28={instancePath:instancePath+"/diskspec/"+i0+"/file",schemaPath:"#/properties/diskspec/items/prop\
erties/file/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err28]:vErrors.push(err28),errors++}}}else{
let err29={instancePath:instancePath+"/diskspec/"+i0,schemaPath:"#/properties/diskspec/items/type",keyword:"type",params:{
type:"object"}};vErrors===null?vErrors=[err29]:vErrors.push(err29),errors++}}}else{let err30={instancePath:instancePath+
"/diskspec",schemaPath:"#/properties/diskspec/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err30]:
vErrors.push(err30),errors++}}}else{let err31={instancePath,schemaPath:"#/type",keyword:"type",params:{type:"object"}};vErrors===
null?vErrors=[err31]:vErrors.push(err31),errors++}return validate53.errors=vErrors,errors===0}validate53.evaluated={props:!0,
dynamicProps:!1,dynamicItems:!1};var schema21={type:"object",additionalProperties:!1,required:["store","name"],properties:{
store:{type:"string",minLength:1,description:"Absolute path of the folder with the backups of this guest; it must exist."},
name:{type:"string",pattern:"^(?!latest$)(?!(?:prune\\.json|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$",
description:"Name of the backup, and of its folder in the store; not `latest`. With `${run.date}-${run.time}` the plan c\
an be run again."},disks:{type:"array",minItems:1,items:{type:"string",minLength:1},description:"Target names of the dis\
ks to copy, as in `virsh domblklist` (default: every disk that the guest can write to)."},incremental:{type:"string",pattern:"\
^(?!latest$)(?!(?:prune\\.json|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$",description:"Copy only what \
was written since an earlier backup: `auto` for the newest that is fit, or the name of a checkpoint. Creates a checkpoin\
t for the next increment (default: full copies, without a checkpoint)."},"without-parent":{type:"string",enum:["full","r\
efuse"],description:"What to do with a disk of which no increment is possible: copy it in full, or refuse the plan (defa\
ult: full). Requires `incremental`."},"max-chain":{type:"integer",minimum:1,description:"Copy a disk in full if it would\
 otherwise consist of more than this many images (default: no limit). Requires `incremental`."},quiesce:{type:"string",enum:[
"required","preferred","no"],description:"Have the guest agent freeze the guest's file systems while the backup begins: \
`required` fails without it, `preferred` makes the backup all the same and notes why they were not frozen (default: `no`\
)."},"thaw-after":{type:"integer",minimum:4,maximum:600,description:"With `quiesce`: thaw the file systems after this ma\
ny seconds at the latest; the agent has half of it for the freeze (default: 60)."},timeout:{type:"integer",minimum:1,description:"\
Cancel the backup and roll back if it takes more than this many seconds (default: one day)."}}},pattern8=new RegExp("^(?\
!latest$)(?!(?:prune\\.json|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$","u");function validate55(data,{
instancePath="",parentData,parentDataProperty,rootData=data,dynamicAnchors={}}={}){let vErrors=null,errors=0,evaluated0=validate55.
evaluated;if(evaluated0.dynamicProps&&(evaluated0.props=void 0),evaluated0.dynamicItems&&(evaluated0.items=void 0),data&&
typeof data=="object"&&!Array.isArray(data)){if(data.store===void 0){let err0={instancePath,schemaPath:"#/required",keyword:"\
required",params:{missingProperty:"store"}};vErrors===null?vErrors=[err0]:vErrors.push(err0),errors++}if(data.name===void 0){
let err1={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"name"}};vErrors===null?vErrors=
[err1]:vErrors.push(err1),errors++}for(let key0 in data)if(!func2.call(schema21.properties,key0)){let err2={instancePath,
schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key0}};vErrors===null?vErrors=
[err2]:vErrors.push(err2),errors++}if(data.store!==void 0){let data0=data.store;if(typeof data0=="string"){if(func1(data0)<
1){let err3={instancePath:instancePath+"/store",schemaPath:"#/properties/store/minLength",keyword:"minLength",params:{limit:1}};
vErrors===null?vErrors=[err3]:vErrors.push(err3),errors++}}else{let err4={instancePath:instancePath+"/store",schemaPath:"\
#/properties/store/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err4]:vErrors.push(err4),errors++}}
if(data.name!==void 0){let data1=data.name;if(typeof data1=="string"){if(!pattern8.test(data1)){let err5={instancePath:instancePath+
"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern:"^(?!latest$)(?!(?:prune\\.json|locks)$)\
(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$"}};vErrors===null?vErrors=[err5]:vErrors.push(err5),errors++}}else{let err6={
instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type:"string"}};vErrors===null?
vErrors=[err6]:vErrors.push(err6),errors++}}if(data.disks!==void 0){let data2=data.disks;if(Array.isArray(data2)){if(data2.
length<1){let err7={instancePath:instancePath+"/disks",schemaPath:"#/properties/disks/minItems",keyword:"minItems",params:{
limit:1}};vErrors===null?vErrors=[err7]:vErrors.push(err7),errors++}let len0=data2.length;for(let i0=0;i0<len0;i0++){let data3=data2[i0];
if(typeof data3=="string"){if(func1(data3)<1){let err8={instancePath:instancePath+"/disks/"+i0,schemaPath:"#/properties/\
disks/items/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err8]:vErrors.push(err8),errors++}}else{
let err9={instancePath:instancePath+"/disks/"+i0,schemaPath:"#/properties/disks/items/type",keyword:"type",params:{type:"\
string"}};vErrors===null?vErrors=[err9]:vErrors.push(err9),errors++}}}else{let err10={instancePath:instancePath+"/disks",
schemaPath:"#/properties/disks/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err10]:vErrors.push(err10),
errors++}}if(data.incremental!==void 0){let data4=data.incremental;if(typeof data4=="string"){if(!pattern8.test(data4)){
let err11={instancePath:instancePath+"/incremental",schemaPath:"#/properties/incremental/pattern",keyword:"pattern",params:{
pattern:"^(?!latest$)(?!(?:prune\\.json|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$"}};vErrors===null?vErrors=
[err11]:vErrors.push(err11),errors++}}else{let err12={instancePath:instancePath+"/incremental",schemaPath:"#/properties/\
incremental/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err12]:vErrors.push(err12),errors++}}if(data["\
without-parent"]!==void 0){let data5=data["without-parent"];if(typeof data5!="string"){let err13={instancePath:instancePath+
"/without-parent",schemaPath:"#/properties/without-parent/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=
[err13]:vErrors.push(err13),errors++}if(!(data5==="full"||data5==="refuse")){let err14={instancePath:instancePath+"/with\
out-parent",schemaPath:"#/properties/without-parent/enum",keyword:"enum",params:{allowedValues:schema21.properties["with\
out-parent"].enum}};vErrors===null?vErrors=[err14]:vErrors.push(err14),errors++}}if(data["max-chain"]!==void 0){let data6=data["\
max-chain"];if(!(typeof data6=="number"&&!(data6%1)&&!isNaN(data6)&&isFinite(data6))){let err15={instancePath:instancePath+
"/max-chain",schemaPath:"#/properties/max-chain/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err15]:
vErrors.push(err15),errors++}if(typeof data6=="number"&&isFinite(data6)&&(data6<1||isNaN(data6))){let err16={instancePath:instancePath+
"/max-chain",schemaPath:"#/properties/max-chain/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===null?
vErrors=[err16]:vErrors.push(err16),errors++}}if(data.quiesce!==void 0){let data7=data.quiesce;if(typeof data7!="string"){
let err17={instancePath:instancePath+"/quiesce",schemaPath:"#/properties/quiesce/type",keyword:"type",params:{type:"stri\
ng"}};vErrors===null?vErrors=[err17]:vErrors.push(err17),errors++}if(!(data7==="required"||data7==="preferred"||data7===
"no")){let err18={instancePath:instancePath+"/quiesce",schemaPath:"#/properties/quiesce/enum",keyword:"enum",params:{allowedValues:schema21.
properties.quiesce.enum}};vErrors===null?vErrors=[err18]:vErrors.push(err18),errors++}}if(data["thaw-after"]!==void 0){let data8=data["\
thaw-after"];if(!(typeof data8=="number"&&!(data8%1)&&!isNaN(data8)&&isFinite(data8))){let err19={instancePath:instancePath+
"/thaw-after",schemaPath:"#/properties/thaw-after/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[
err19]:vErrors.push(err19),errors++}if(typeof data8=="number"&&isFinite(data8)){if(data8>600||isNaN(data8)){let err20={instancePath:instancePath+
"/thaw-after",schemaPath:"#/properties/thaw-after/maximum",keyword:"maximum",params:{comparison:"<=",limit:600}};vErrors===
null?vErrors=[err20]:vErrors.push(err20),errors++}if(data8<4||isNaN(data8)){let err21={instancePath:instancePath+"/thaw-\
after",schemaPath:"#/properties/thaw-after/minimum",keyword:"minimum",params:{comparison:">=",limit:4}};vErrors===null?vErrors=
[err21]:vErrors.push(err21),errors++}}}if(data.timeout!==void 0){let data9=data.timeout;if(!(typeof data9=="number"&&!(data9%
1)&&!isNaN(data9)&&isFinite(data9))){let err22={instancePath:instancePath+"/timeout",schemaPath:"#/properties/timeout/ty\
pe",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err22]:vErrors.push(err22),errors++}if(typeof data9==
"number"&&isFinite(data9)&&(data9<1||isNaN(data9))){let err23={instancePath:instancePath+"/timeout",schemaPath:"#/proper\
ties/timeout/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===null?vErrors=[err23]:vErrors.push(err23),
errors++}}}else{let err24={instancePath,schemaPath:"#/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=
[err24]:vErrors.push(err24),errors++}return validate55.errors=vErrors,errors===0}validate55.evaluated={props:!0,dynamicProps:!1,
dynamicItems:!1};function validate57(data,{instancePath="",parentData,parentDataProperty,rootData=data,dynamicAnchors={}}={}){let vErrors=null,
errors=0,evaluated0=validate57.evaluated;if(evaluated0.dynamicProps&&(evaluated0.props=void 0),evaluated0.dynamicItems&&
(evaluated0.items=void 0),data&&typeof data=="object"&&!Array.isArray(data)){if(data.name===void 0){let err0={instancePath,
schemaPath:"#/required",keyword:"required",params:{missingProperty:"name"}};vErrors===null?vErrors=[err0]:vErrors.push(err0),
errors++}for(let key0 in data)if(!(key0==="name"||key0==="description"||key0==="disks")){let err1={instancePath,schemaPath:"\
#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key0}};vErrors===null?vErrors=[err1]:vErrors.
push(err1),errors++}if(data.name!==void 0){let data0=data.name;if(typeof data0=="string"){if(func1(data0)<1){let err2={instancePath:instancePath+
"/name",schemaPath:"#/properties/name/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err2]:vErrors.
push(err2),errors++}if(!pattern7.test(data0)){let err3={instancePath:instancePath+"/name",schemaPath:"#/properties/name/\
pattern",keyword:"pattern",params:{pattern:"^[^/.][^/]*$"}};vErrors===null?vErrors=[err3]:vErrors.push(err3),errors++}}else{
let err4={instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type:"string"}};vErrors===
null?vErrors=[err4]:vErrors.push(err4),errors++}}if(data.description!==void 0&&typeof data.description!="string"){let err5={
instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type:"string"}};
vErrors===null?vErrors=[err5]:vErrors.push(err5),errors++}if(data.disks!==void 0){let data2=data.disks;if(Array.isArray(
data2)){if(data2.length<1){let err6={instancePath:instancePath+"/disks",schemaPath:"#/properties/disks/minItems",keyword:"\
minItems",params:{limit:1}};vErrors===null?vErrors=[err6]:vErrors.push(err6),errors++}let len0=data2.length;for(let i0=0;i0<
len0;i0++){let data3=data2[i0];if(typeof data3=="string"){if(func1(data3)<1){let err7={instancePath:instancePath+"/disks\
/"+i0,schemaPath:"#/properties/disks/items/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err7]:
vErrors.push(err7),errors++}}else{let err8={instancePath:instancePath+"/disks/"+i0,schemaPath:"#/properties/disks/items/\
type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err8]:vErrors.push(err8),errors++}}}else{let err9={
instancePath:instancePath+"/disks",schemaPath:"#/properties/disks/type",keyword:"type",params:{type:"array"}};vErrors===
null?vErrors=[err9]:vErrors.push(err9),errors++}}}else{let err10={instancePath,schemaPath:"#/type",keyword:"type",params:{
type:"object"}};vErrors===null?vErrors=[err10]:vErrors.push(err10),errors++}return validate57.errors=vErrors,errors===0}
validate57.evaluated={props:!0,dynamicProps:!1,dynamicItems:!1};function validate59(data,{instancePath="",parentData,parentDataProperty,rootData=data,dynamicAnchors={}}={}){let vErrors=null,
errors=0,evaluated0=validate59.evaluated;if(evaluated0.dynamicProps&&(evaluated0.props=void 0),evaluated0.dynamicItems&&
(evaluated0.items=void 0),data&&typeof data=="object"&&!Array.isArray(data)){if(data.checkpointname===void 0){let err0={
instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"checkpointname"}};vErrors===null?vErrors=
[err0]:vErrors.push(err0),errors++}for(let key0 in data)if(!(key0==="checkpointname"||key0==="metadata")){let err1={instancePath,
schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key0}};vErrors===null?vErrors=
[err1]:vErrors.push(err1),errors++}if(data.checkpointname!==void 0){let data0=data.checkpointname;if(typeof data0=="stri\
ng"){if(func1(data0)<1){let err2={instancePath:instancePath+"/checkpointname",schemaPath:"#/properties/checkpointname/mi\
nLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err2]:vErrors.push(err2),errors++}if(!pattern7.test(
data0)){let err3={instancePath:instancePath+"/checkpointname",schemaPath:"#/properties/checkpointname/pattern",keyword:"\
pattern",params:{pattern:"^[^/.][^/]*$"}};vErrors===null?vErrors=[err3]:vErrors.push(err3),errors++}}else{let err4={instancePath:instancePath+
"/checkpointname",schemaPath:"#/properties/checkpointname/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=
[err4]:vErrors.push(err4),errors++}}if(data.metadata!==void 0&&typeof data.metadata!="boolean"){let err5={instancePath:instancePath+
"/metadata",schemaPath:"#/properties/metadata/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err5]:
vErrors.push(err5),errors++}}else{let err6={instancePath,schemaPath:"#/type",keyword:"type",params:{type:"object"}};vErrors===
null?vErrors=[err6]:vErrors.push(err6),errors++}return validate59.errors=vErrors,errors===0}validate59.evaluated={props:!0,
dynamicProps:!1,dynamicItems:!1};var pattern12=new RegExp("^(?!(?:prune\\.json|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$","u");function validate61(data,{
instancePath="",parentData,parentDataProperty,rootData=data,dynamicAnchors={}}={}){let vErrors=null,errors=0,evaluated0=validate61.
evaluated;if(evaluated0.dynamicProps&&(evaluated0.props=void 0),evaluated0.dynamicItems&&(evaluated0.items=void 0),data&&
typeof data=="object"&&!Array.isArray(data)){if(data.store===void 0){let err0={instancePath,schemaPath:"#/required",keyword:"\
required",params:{missingProperty:"store"}};vErrors===null?vErrors=[err0]:vErrors.push(err0),errors++}for(let key0 in data)
if(!(key0==="store"||key0==="backup")){let err1={instancePath,schemaPath:"#/additionalProperties",keyword:"additionalPro\
perties",params:{additionalProperty:key0}};vErrors===null?vErrors=[err1]:vErrors.push(err1),errors++}if(data.store!==void 0){
let data0=data.store;if(typeof data0=="string"){if(func1(data0)<1){let err2={instancePath:instancePath+"/store",schemaPath:"\
#/properties/store/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err2]:vErrors.push(err2),errors++}}else{
let err3={instancePath:instancePath+"/store",schemaPath:"#/properties/store/type",keyword:"type",params:{type:"string"}};
vErrors===null?vErrors=[err3]:vErrors.push(err3),errors++}}if(data.backup!==void 0){let data1=data.backup;if(typeof data1==
"string"){if(!pattern12.test(data1)){let err4={instancePath:instancePath+"/backup",schemaPath:"#/properties/backup/patte\
rn",keyword:"pattern",params:{pattern:"^(?!(?:prune\\.json|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$"}};
vErrors===null?vErrors=[err4]:vErrors.push(err4),errors++}}else{let err5={instancePath:instancePath+"/backup",schemaPath:"\
#/properties/backup/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err5]:vErrors.push(err5),errors++}}}else{
let err6={instancePath,schemaPath:"#/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err6]:vErrors.
push(err6),errors++}return validate61.errors=vErrors,errors===0}validate61.evaluated={props:!0,dynamicProps:!1,dynamicItems:!1};function validate63(data,{instancePath="",parentData,parentDataProperty,rootData=data,dynamicAnchors={}}={}){let vErrors=null,
errors=0,evaluated0=validate63.evaluated;if(evaluated0.dynamicProps&&(evaluated0.props=void 0),evaluated0.dynamicItems&&
(evaluated0.items=void 0),data&&typeof data=="object"&&!Array.isArray(data)){if(data.store===void 0){let err0={instancePath,
schemaPath:"#/required",keyword:"required",params:{missingProperty:"store"}};vErrors===null?vErrors=[err0]:vErrors.push(
err0),errors++}if(data.keep===void 0){let err1={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"\
keep"}};vErrors===null?vErrors=[err1]:vErrors.push(err1),errors++}for(let key0 in data)if(!(key0==="store"||key0==="keep")){
let err2={instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key0}};
vErrors===null?vErrors=[err2]:vErrors.push(err2),errors++}if(data.store!==void 0){let data0=data.store;if(typeof data0==
"string"){if(func1(data0)<1){let err3={instancePath:instancePath+"/store",schemaPath:"#/properties/store/minLength",keyword:"\
minLength",params:{limit:1}};vErrors===null?vErrors=[err3]:vErrors.push(err3),errors++}}else{let err4={instancePath:instancePath+
"/store",schemaPath:"#/properties/store/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err4]:vErrors.
push(err4),errors++}}if(data.keep!==void 0){let data1=data.keep;if(data1&&typeof data1=="object"&&!Array.isArray(data1)){
for(let key1 in data1)if(!(key1==="last"||key1==="daily"||key1==="weekly"||key1==="monthly"||key1==="pins")){let err5={instancePath:instancePath+
"/keep",schemaPath:"#/properties/keep/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key1}};
vErrors===null?vErrors=[err5]:vErrors.push(err5),errors++}if(data1.last!==void 0){let data2=data1.last;if(!(typeof data2==
"number"&&!(data2%1)&&!isNaN(data2)&&isFinite(data2))){let err6={instancePath:instancePath+"/keep/last",schemaPath:"#/pr\
operties/keep/properties/last/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err6]:vErrors.push(err6),
errors++}if(typeof data2=="number"&&isFinite(data2)&&(data2<1||isNaN(data2))){let err7={instancePath:instancePath+"/keep\
/last",schemaPath:"#/properties/keep/properties/last/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===
null?vErrors=[err7]:vErrors.push(err7),errors++}}if(data1.daily!==void 0){let data3=data1.daily;if(!(typeof data3=="numb\
er"&&!(data3%1)&&!isNaN(data3)&&isFinite(data3))){let err8={instancePath:instancePath+"/keep/daily",schemaPath:"#/proper\
ties/keep/properties/daily/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err8]:vErrors.push(err8),
errors++}if(typeof data3=="number"&&isFinite(data3)&&(data3<1||isNaN(data3))){let err9={instancePath:instancePath+"/keep\
/daily",schemaPath:"#/properties/keep/properties/daily/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===
null?vErrors=[err9]:vErrors.push(err9),errors++}}if(data1.weekly!==void 0){let data4=data1.weekly;if(!(typeof data4=="nu\
mber"&&!(data4%1)&&!isNaN(data4)&&isFinite(data4))){let err10={instancePath:instancePath+"/keep/weekly",schemaPath:"#/pr\
operties/keep/properties/weekly/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err10]:vErrors.push(
err10),errors++}if(typeof data4=="number"&&isFinite(data4)&&(data4<1||isNaN(data4))){let err11={instancePath:instancePath+
"/keep/weekly",schemaPath:"#/properties/keep/properties/weekly/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};
vErrors===null?vErrors=[err11]:vErrors.push(err11),errors++}}if(data1.monthly!==void 0){let data5=data1.monthly;if(!(typeof data5==
"number"&&!(data5%1)&&!isNaN(data5)&&isFinite(data5))){let err12={instancePath:instancePath+"/keep/monthly",schemaPath:"\
#/properties/keep/properties/monthly/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err12]:vErrors.
push(err12),errors++}if(typeof data5=="number"&&isFinite(data5)&&(data5<1||isNaN(data5))){let err13={instancePath:instancePath+
"/keep/monthly",schemaPath:"#/properties/keep/properties/monthly/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};
vErrors===null?vErrors=[err13]:vErrors.push(err13),errors++}}if(data1.pins!==void 0){let data6=data1.pins;if(Array.isArray(
data6)){if(data6.length<1){let err14={instancePath:instancePath+"/keep/pins",schemaPath:"#/properties/keep/properties/pi\
ns/minItems",keyword:"minItems",params:{limit:1}};vErrors===null?vErrors=[err14]:vErrors.push(err14),errors++}let len0=data6.
length;for(let i0=0;i0<len0;i0++){let data7=data6[i0];if(typeof data7=="string"){if(!pattern12.test(data7)){let err15={instancePath:instancePath+
"/keep/pins/"+i0,schemaPath:"#/properties/keep/properties/pins/items/pattern",keyword:"pattern",params:{pattern:"^(?!(?:\
prune\\.json|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$"}};vErrors===null?vErrors=[err15]:vErrors.push(
err15),errors++}}else{let err16={instancePath:instancePath+"/keep/pins/"+i0,schemaPath:"#/properties/keep/properties/pin\
s/items/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err16]:vErrors.push(err16),errors++}}}else{
let err17={instancePath:instancePath+"/keep/pins",schemaPath:"#/properties/keep/properties/pins/type",keyword:"type",params:{
type:"array"}};vErrors===null?vErrors=[err17]:vErrors.push(err17),errors++}}}else{let err18={instancePath:instancePath+"\
/keep",schemaPath:"#/properties/keep/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err18]:vErrors.
push(err18),errors++}}}else{let err19={instancePath,schemaPath:"#/type",keyword:"type",params:{type:"object"}};vErrors===
null?vErrors=[err19]:vErrors.push(err19),errors++}return validate63.errors=vErrors,errors===0}validate63.evaluated={props:!0,
dynamicProps:!1,dynamicItems:!1};function validate65(data,{instancePath="",parentData,parentDataProperty,rootData=data,dynamicAnchors={}}={}){let vErrors=null,
errors=0,evaluated0=validate65.evaluated;if(evaluated0.dynamicProps&&(evaluated0.props=void 0),evaluated0.dynamicItems&&
(evaluated0.items=void 0),data&&typeof data=="object"&&!Array.isArray(data)){if(data.store===void 0){let err0={instancePath,
schemaPath:"#/required",keyword:"required",params:{missingProperty:"store"}};vErrors===null?vErrors=[err0]:vErrors.push(
err0),errors++}if(data.backup===void 0){let err1={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"\
backup"}};vErrors===null?vErrors=[err1]:vErrors.push(err1),errors++}if(data.dest===void 0){let err2={instancePath,schemaPath:"\
#/required",keyword:"required",params:{missingProperty:"dest"}};vErrors===null?vErrors=[err2]:vErrors.push(err2),errors++}
for(let key0 in data)if(!(key0==="store"||key0==="backup"||key0==="disks"||key0==="dest")){let err3={instancePath,schemaPath:"\
#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key0}};vErrors===null?vErrors=[err3]:vErrors.
push(err3),errors++}if(data.store!==void 0){let data0=data.store;if(typeof data0=="string"){if(func1(data0)<1){let err4={
instancePath:instancePath+"/store",schemaPath:"#/properties/store/minLength",keyword:"minLength",params:{limit:1}};vErrors===
null?vErrors=[err4]:vErrors.push(err4),errors++}}else{let err5={instancePath:instancePath+"/store",schemaPath:"#/propert\
ies/store/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err5]:vErrors.push(err5),errors++}}if(data.
backup!==void 0){let data1=data.backup;if(typeof data1=="string"){if(!pattern12.test(data1)){let err6={instancePath:instancePath+
"/backup",schemaPath:"#/properties/backup/pattern",keyword:"pattern",params:{pattern:"^(?!(?:prune\\.json|locks)$)(?!.*\\.\
partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$"}};vErrors===null?vErrors=[err6]:vErrors.push(err6),errors++}}else{let err7={
instancePath:instancePath+"/backup",schemaPath:"#/properties/backup/type",keyword:"type",params:{type:"string"}};vErrors===
null?vErrors=[err7]:vErrors.push(err7),errors++}}if(data.disks!==void 0){let data2=data.disks;if(Array.isArray(data2)){if(data2.
length<1){let err8={instancePath:instancePath+"/disks",schemaPath:"#/properties/disks/minItems",keyword:"minItems",params:{
limit:1}};vErrors===null?vErrors=[err8]:vErrors.push(err8),errors++}let len0=data2.length;for(let i0=0;i0<len0;i0++){let data3=data2[i0];
if(typeof data3=="string"){if(func1(data3)<1){let err9={instancePath:instancePath+"/disks/"+i0,schemaPath:"#/properties/\
disks/items/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err9]:vErrors.push(err9),errors++}}else{
let err10={instancePath:instancePath+"/disks/"+i0,schemaPath:"#/properties/disks/items/type",keyword:"type",params:{type:"\
string"}};vErrors===null?vErrors=[err10]:vErrors.push(err10),errors++}}}else{let err11={instancePath:instancePath+"/disk\
s",schemaPath:"#/properties/disks/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err11]:vErrors.push(
err11),errors++}}if(data.dest!==void 0){let data4=data.dest;if(typeof data4=="string"){if(func1(data4)<1){let err12={instancePath:instancePath+
"/dest",schemaPath:"#/properties/dest/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err12]:vErrors.
push(err12),errors++}}else{let err13={instancePath:instancePath+"/dest",schemaPath:"#/properties/dest/type",keyword:"typ\
e",params:{type:"string"}};vErrors===null?vErrors=[err13]:vErrors.push(err13),errors++}}}else{let err14={instancePath,schemaPath:"\
#/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err14]:vErrors.push(err14),errors++}return validate65.
errors=vErrors,errors===0}validate65.evaluated={props:!0,dynamicProps:!1,dynamicItems:!1};var schema27={type:"object",additionalProperties:!1,
required:["disk","dest"],properties:{disk:{type:"string",minLength:1,description:"The target name of the disk, as in `vi\
rsh domblklist`: `vda`."},dest:{type:"string",minLength:1,description:"Absolute path of the copy."},format:{type:"string",
enum:["qcow2","raw"],description:"Format of the copy (default: the format of the source)."},shallow:{type:"boolean",description:"\
Copy the active layer only; the layers below stay where they are, and the copy uses them."},"reuse-external":{type:"bool\
ean",description:"Copy into an existing file that was created for the purpose; its content is overwritten. Requires `for\
mat`."},blockdev:{type:"boolean",description:"`dest` is a block device, not a file."},bandwidth:{type:"integer",minimum:1,
description:"Speed limit in MiB/s (in bytes/s with `bytes`)."},bytes:{type:"boolean",description:"`bandwidth` is in byte\
s/s."},granularity:{type:"integer",minimum:512,maximum:67108864,description:"Granularity of the copy in bytes, a power o\
f two."},"buf-size":{type:"integer",minimum:0,description:"Maximum amount of data in flight between source and copy, in \
bytes."},timeout:{type:"integer",minimum:1,description:"Cancel the copy and roll back if it is not ready after this many\
 seconds (default: one day)."},pivot:{type:"boolean",description:"Switch the guest to the copy once both are equal: a mi\
gration."},finish:{type:"boolean",description:"Keep the guest on the source once both are equal: a live backup."},"trans\
ient-job":{type:"boolean",description:"Accept that the copy is lost if the guest stops before the copy ends. libvirt req\
uires this for a persistent domain, so blockplan always sets it in that case; the domain stays persistent."},"synchronou\
s-writes":{type:"boolean",description:"Complete a write of the guest only after both sides have it (libvirt 8.0)."}}};function validate67(data,{
instancePath="",parentData,parentDataProperty,rootData=data,dynamicAnchors={}}={}){let vErrors=null,errors=0,evaluated0=validate67.
evaluated;if(evaluated0.dynamicProps&&(evaluated0.props=void 0),evaluated0.dynamicItems&&(evaluated0.items=void 0),data&&
typeof data=="object"&&!Array.isArray(data)){if(data.disk===void 0){let err0={instancePath,schemaPath:"#/required",keyword:"\
required",params:{missingProperty:"disk"}};vErrors===null?vErrors=[err0]:vErrors.push(err0),errors++}if(data.dest===void 0){
let err1={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"dest"}};vErrors===null?vErrors=
[err1]:vErrors.push(err1),errors++}for(let key0 in data)if(!func2.call(schema27.properties,key0)){let err2={instancePath,
schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key0}};vErrors===null?vErrors=
[err2]:vErrors.push(err2),errors++}if(data.disk!==void 0){let data0=data.disk;if(typeof data0=="string"){if(func1(data0)<
1){let err3={instancePath:instancePath+"/disk",schemaPath:"#/properties/disk/minLength",keyword:"minLength",params:{limit:1}};
vErrors===null?vErrors=[err3]:vErrors.push(err3),errors++}}else{let err4={instancePath:instancePath+"/disk",schemaPath:"\
#/properties/disk/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err4]:vErrors.push(err4),errors++}}
if(data.dest!==void 0){let data1=data.dest;if(typeof data1=="string"){if(func1(data1)<1){let err5={instancePath:instancePath+
"/dest",schemaPath:"#/properties/dest/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err5]:vErrors.
push(err5),errors++}}else{let err6={instancePath:instancePath+"/dest",schemaPath:"#/properties/dest/type",keyword:"type",
params:{type:"string"}};vErrors===null?vErrors=[err6]:vErrors.push(err6),errors++}}if(data.format!==void 0){let data2=data.
format;if(typeof data2!="string"){let err7={instancePath:instancePath+"/format",schemaPath:"#/properties/format/type",keyword:"\
type",params:{type:"string"}};vErrors===null?vErrors=[err7]:vErrors.push(err7),errors++}if(!(data2==="qcow2"||data2==="r\
aw")){let err8={instancePath:instancePath+"/format",schemaPath:"#/properties/format/enum",keyword:"enum",params:{allowedValues:schema27.
properties.format.enum}};vErrors===null?vErrors=[err8]:vErrors.push(err8),errors++}}if(data.shallow!==void 0&&typeof data.
shallow!="boolean"){let err9={instancePath:instancePath+"/shallow",schemaPath:"#/properties/shallow/type",keyword:"type",
params:{type:"boolean"}};vErrors===null?vErrors=[err9]:vErrors.push(err9),errors++}if(data["reuse-external"]!==void 0&&typeof data["\
reuse-external"]!="boolean"){let err10={instancePath:instancePath+"/reuse-external",schemaPath:"#/properties/reuse-exter\
nal/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err10]:vErrors.push(err10),errors++}if(data.blockdev!==
void 0&&typeof data.blockdev!="boolean"){let err11={instancePath:instancePath+"/blockdev",schemaPath:"#/properties/block\
dev/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err11]:vErrors.push(err11),errors++}if(data.bandwidth!==
void 0){let data6=data.bandwidth;if(!(typeof data6=="number"&&!(data6%1)&&!isNaN(data6)&&isFinite(data6))){let err12={instancePath:instancePath+
"/bandwidth",schemaPath:"#/properties/bandwidth/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err12]:
vErrors.push(err12),errors++}if(typeof data6=="number"&&isFinite(data6)&&(data6<1||isNaN(data6))){let err13={instancePath:instancePath+
"/bandwidth",schemaPath:"#/properties/bandwidth/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===null?
vErrors=[err13]:vErrors.push(err13),errors++}}if(data.bytes!==void 0&&typeof data.bytes!="boolean"){let err14={instancePath:instancePath+
"/bytes",schemaPath:"#/properties/bytes/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err14]:vErrors.
push(err14),errors++}if(data.granularity!==void 0){let data8=data.granularity;if(!(typeof data8=="number"&&!(data8%1)&&!isNaN(
data8)&&isFinite(data8))){let err15={instancePath:instancePath+"/granularity",schemaPath:"#/properties/granularity/type",
keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err15]:vErrors.push(err15),errors++}if(typeof data8=="nu\
mber"&&isFinite(data8)){if(data8>67108864||isNaN(data8)){let err16={instancePath:instancePath+"/granularity",schemaPath:"\
#/properties/granularity/maximum",keyword:"maximum",params:{comparison:"<=",limit:67108864}};vErrors===null?vErrors=[err16]:
vErrors.push(err16),errors++}if(data8<512||isNaN(data8)){let err17={instancePath:instancePath+"/granularity",schemaPath:"\
#/properties/granularity/minimum",keyword:"minimum",params:{comparison:">=",limit:512}};vErrors===null?vErrors=[err17]:vErrors.
push(err17),errors++}}}if(data["buf-size"]!==void 0){let data9=data["buf-size"];if(!(typeof data9=="number"&&!(data9%1)&&
!isNaN(data9)&&isFinite(data9))){let err18={instancePath:instancePath+"/buf-size",schemaPath:"#/properties/buf-size/type",
keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err18]:vErrors.push(err18),errors++}if(typeof data9=="nu\
mber"&&isFinite(data9)&&(data9<0||isNaN(data9))){let err19={instancePath:instancePath+"/buf-size",schemaPath:"#/properti\
es/buf-size/minimum",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=[err19]:vErrors.push(err19),
errors++}}if(data.timeout!==void 0){let data10=data.timeout;if(!(typeof data10=="number"&&!(data10%1)&&!isNaN(data10)&&isFinite(
data10))){let err20={instancePath:instancePath+"/timeout",schemaPath:"#/properties/timeout/type",keyword:"type",params:{
type:"integer"}};vErrors===null?vErrors=[err20]:vErrors.push(err20),errors++}if(typeof data10=="number"&&isFinite(data10)&&
(data10<1||isNaN(data10))){let err21={instancePath:instancePath+"/timeout",schemaPath:"#/properties/timeout/minimum",keyword:"\
minimum",params:{comparison:">=",limit:1}};vErrors===null?vErrors=[err21]:vErrors.push(err21),errors++}}if(data.pivot!==
void 0&&typeof data.pivot!="boolean"){let err22={instancePath:instancePath+"/pivot",schemaPath:"#/properties/pivot/type",
keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err22]:vErrors.push(err22),errors++}if(data.finish!==void 0&&
typeof data.finish!="boolean"){let err23={instancePath:instancePath+"/finish",schemaPath:"#/properties/finish/type",keyword:"\
type",params:{type:"boolean"}};vErrors===null?vErrors=[err23]:vErrors.push(err23),errors++}if(data["transient-job"]!==void 0&&
typeof data["transient-job"]!="boolean"){let err24={instancePath:instancePath+"/transient-job",schemaPath:"#/properties/\
transient-job/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err24]:vErrors.push(err24),errors++}
if(data["synchronous-writes"]!==void 0&&typeof data["synchronous-writes"]!="boolean"){let err25={instancePath:instancePath+
"/synchronous-writes",schemaPath:"#/properties/synchronous-writes/type",keyword:"type",params:{type:"boolean"}};vErrors===
null?vErrors=[err25]:vErrors.push(err25),errors++}}else{let err26={instancePath,schemaPath:"#/type",keyword:"type",params:{
type:"object"}};vErrors===null?vErrors=[err26]:vErrors.push(err26),errors++}return validate67.errors=vErrors,errors===0}
validate67.evaluated={props:!0,dynamicProps:!1,dynamicItems:!1};var schema28={type:"object",additionalProperties:!1,required:[
"disk"],properties:{disk:{type:"string",minLength:1,description:"The target name of the disk, as in `virsh domblklist`: \
`vda`."},base:{type:"string",minLength:1,description:"The layer that receives the data: its path, or its position in the\
 chain, such as `vda[2]`."},shallow:{type:"boolean",description:"Commit into the layer directly below `top`."},top:{type:"\
string",minLength:1,description:"The topmost layer to commit: its path or position; with `active`, the active layer."},active:{
type:"boolean",description:"Commit the active layer; requires `pivot` or `keep-overlay`."},pivot:{type:"boolean",description:"\
Switch the guest to the base at the end; implies `active`."},"keep-overlay":{type:"boolean",description:"Keep the guest \
on the active layer once the base holds the same data; implies `active`."},delete:{type:"boolean",description:"Remove th\
e committed files once they are proven unused."},quarantine:{type:"string",minLength:1,description:"Move the committed f\
iles to this folder, on the same file system, instead of removing them."},"keep-relative":{type:"boolean",description:"K\
eep relative backing file names relative."},bandwidth:{type:"integer",minimum:1,description:"Speed limit in MiB/s (in by\
tes/s with `bytes`)."},bytes:{type:"boolean",description:"`bandwidth` is in bytes/s."},timeout:{type:"integer",minimum:1,
description:"Cancel the commit and roll back if it takes more than this many seconds (default: one day)."}}};function validate69(data,{
instancePath="",parentData,parentDataProperty,rootData=data,dynamicAnchors={}}={}){let vErrors=null,errors=0,evaluated0=validate69.
evaluated;if(evaluated0.dynamicProps&&(evaluated0.props=void 0),evaluated0.dynamicItems&&(evaluated0.items=void 0),data&&
typeof data=="object"&&!Array.isArray(data)){if(data.disk===void 0){let err0={instancePath,schemaPath:"#/required",keyword:"\
required",params:{missingProperty:"disk"}};vErrors===null?vErrors=[err0]:vErrors.push(err0),errors++}for(let key0 in data)
if(!func2.call(schema28.properties,key0)){let err1={instancePath,schemaPath:"#/additionalProperties",keyword:"additional\
Properties",params:{additionalProperty:key0}};vErrors===null?vErrors=[err1]:vErrors.push(err1),errors++}if(data.disk!==void 0){
let data0=data.disk;if(typeof data0=="string"){if(func1(data0)<1){let err2={instancePath:instancePath+"/disk",schemaPath:"\
#/properties/disk/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err2]:vErrors.push(err2),errors++}}else{
let err3={instancePath:instancePath+"/disk",schemaPath:"#/properties/disk/type",keyword:"type",params:{type:"string"}};vErrors===
null?vErrors=[err3]:vErrors.push(err3),errors++}}if(data.base!==void 0){let data1=data.base;if(typeof data1=="string"){if(func1(
data1)<1){let err4={instancePath:instancePath+"/base",schemaPath:"#/properties/base/minLength",keyword:"minLength",params:{
limit:1}};vErrors===null?vErrors=[err4]:vErrors.push(err4),errors++}}else{let err5={instancePath:instancePath+"/base",schemaPath:"\
#/properties/base/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err5]:vErrors.push(err5),errors++}}
if(data.shallow!==void 0&&typeof data.shallow!="boolean"){let err6={instancePath:instancePath+"/shallow",schemaPath:"#/p\
roperties/shallow/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err6]:vErrors.push(err6),errors++}
if(data.top!==void 0){let data3=data.top;if(typeof data3=="string"){if(func1(data3)<1){let err7={instancePath:instancePath+
"/top",schemaPath:"#/properties/top/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err7]:vErrors.
push(err7),errors++}}else{let err8={instancePath:instancePath+"/top",schemaPath:"#/properties/top/type",keyword:"type",params:{
type:"string"}};vErrors===null?vErrors=[err8]:vErrors.push(err8),errors++}}if(data.active!==void 0&&typeof data.active!=
"boolean"){let err9={instancePath:instancePath+"/active",schemaPath:"#/properties/active/type",keyword:"type",params:{type:"\
boolean"}};vErrors===null?vErrors=[err9]:vErrors.push(err9),errors++}if(data.pivot!==void 0&&typeof data.pivot!="boolean"){
let err10={instancePath:instancePath+"/pivot",schemaPath:"#/properties/pivot/type",keyword:"type",params:{type:"boolean"}};
vErrors===null?vErrors=[err10]:vErrors.push(err10),errors++}if(data["keep-overlay"]!==void 0&&typeof data["keep-overlay"]!=
"boolean"){let err11={instancePath:instancePath+"/keep-overlay",schemaPath:"#/properties/keep-overlay/type",keyword:"typ\
e",params:{type:"boolean"}};vErrors===null?vErrors=[err11]:vErrors.push(err11),errors++}if(data.delete!==void 0&&typeof data.
delete!="boolean"){let err12={instancePath:instancePath+"/delete",schemaPath:"#/properties/delete/type",keyword:"type",params:{
type:"boolean"}};vErrors===null?vErrors=[err12]:vErrors.push(err12),errors++}if(data.quarantine!==void 0){let data8=data.
quarantine;if(typeof data8=="string"){if(func1(data8)<1){let err13={instancePath:instancePath+"/quarantine",schemaPath:"\
#/properties/quarantine/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err13]:vErrors.push(err13),
errors++}}else{let err14={instancePath:instancePath+"/quarantine",schemaPath:"#/properties/quarantine/type",keyword:"typ\
e",params:{type:"string"}};vErrors===null?vErrors=[err14]:vErrors.push(err14),errors++}}if(data["keep-relative"]!==void 0&&
typeof data["keep-relative"]!="boolean"){let err15={instancePath:instancePath+"/keep-relative",schemaPath:"#/properties/\
keep-relative/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err15]:vErrors.push(err15),errors++}
if(data.bandwidth!==void 0){let data10=data.bandwidth;if(!(typeof data10=="number"&&!(data10%1)&&!isNaN(data10)&&isFinite(
data10))){let err16={instancePath:instancePath+"/bandwidth",schemaPath:"#/properties/bandwidth/type",keyword:"type",params:{
type:"integer"}};vErrors===null?vErrors=[err16]:vErrors.push(err16),errors++}if(typeof data10=="number"&&isFinite(data10)&&
(data10<1||isNaN(data10))){let err17={instancePath:instancePath+"/bandwidth",schemaPath:"#/properties/bandwidth/minimum",
keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===null?vErrors=[err17]:vErrors.push(err17),errors++}}if(data.
bytes!==void 0&&typeof data.bytes!="boolean"){let err18={instancePath:instancePath+"/bytes",schemaPath:"#/properties/byt\
es/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err18]:vErrors.push(err18),errors++}if(data.timeout!==
void 0){let data12=data.timeout;if(!(typeof data12=="number"&&!(data12%1)&&!isNaN(data12)&&isFinite(data12))){let err19={
instancePath:instancePath+"/timeout",schemaPath:"#/properties/timeout/type",keyword:"type",params:{type:"integer"}};vErrors===
null?vErrors=[err19]:vErrors.push(err19),errors++}if(typeof data12=="number"&&isFinite(data12)&&(data12<1||isNaN(data12))){
let err20={instancePath:instancePath+"/timeout",schemaPath:"#/properties/timeout/minimum",keyword:"minimum",params:{comparison:"\
>=",limit:1}};vErrors===null?vErrors=[err20]:vErrors.push(err20),errors++}}}else{let err21={instancePath,schemaPath:"#/t\
ype",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err21]:vErrors.push(err21),errors++}return validate69.
errors=vErrors,errors===0}validate69.evaluated={props:!0,dynamicProps:!1,dynamicItems:!1};function validate71(data,{instancePath="",parentData,parentDataProperty,rootData=data,dynamicAnchors={}}={}){let vErrors=null,
errors=0,evaluated0=validate71.evaluated;if(evaluated0.dynamicProps&&(evaluated0.props=void 0),evaluated0.dynamicItems&&
(evaluated0.items=void 0),data&&typeof data=="object"&&!Array.isArray(data)){if(data.disk===void 0){let err0={instancePath,
schemaPath:"#/required",keyword:"required",params:{missingProperty:"disk"}};vErrors===null?vErrors=[err0]:vErrors.push(err0),
errors++}for(let key0 in data)if(!(key0==="disk"||key0==="base"||key0==="keep-relative"||key0==="bandwidth"||key0==="byt\
es"||key0==="timeout")){let err1={instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{
additionalProperty:key0}};vErrors===null?vErrors=[err1]:vErrors.push(err1),errors++}if(data.disk!==void 0){let data0=data.
disk;if(typeof data0=="string"){if(func1(data0)<1){let err2={instancePath:instancePath+"/disk",schemaPath:"#/properties/\
disk/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err2]:vErrors.push(err2),errors++}}else{let err3={
instancePath:instancePath+"/disk",schemaPath:"#/properties/disk/type",keyword:"type",params:{type:"string"}};vErrors===null?
vErrors=[err3]:vErrors.push(err3),errors++}}if(data.base!==void 0){let data1=data.base;if(typeof data1=="string"){if(func1(
data1)<1){let err4={instancePath:instancePath+"/base",schemaPath:"#/properties/base/minLength",keyword:"minLength",params:{
limit:1}};vErrors===null?vErrors=[err4]:vErrors.push(err4),errors++}}else{let err5={instancePath:instancePath+"/base",schemaPath:"\
#/properties/base/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err5]:vErrors.push(err5),errors++}}
if(data["keep-relative"]!==void 0&&typeof data["keep-relative"]!="boolean"){let err6={instancePath:instancePath+"/keep-r\
elative",schemaPath:"#/properties/keep-relative/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err6]:
vErrors.push(err6),errors++}if(data.bandwidth!==void 0){let data3=data.bandwidth;if(!(typeof data3=="number"&&!(data3%1)&&
!isNaN(data3)&&isFinite(data3))){let err7={instancePath:instancePath+"/bandwidth",schemaPath:"#/properties/bandwidth/typ\
e",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err7]:vErrors.push(err7),errors++}if(typeof data3=="n\
umber"&&isFinite(data3)&&(data3<1||isNaN(data3))){let err8={instancePath:instancePath+"/bandwidth",schemaPath:"#/propert\
ies/bandwidth/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===null?vErrors=[err8]:vErrors.push(err8),
errors++}}if(data.bytes!==void 0&&typeof data.bytes!="boolean"){let err9={instancePath:instancePath+"/bytes",schemaPath:"\
#/properties/bytes/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err9]:vErrors.push(err9),errors++}
if(data.timeout!==void 0){let data5=data.timeout;if(!(typeof data5=="number"&&!(data5%1)&&!isNaN(data5)&&isFinite(data5))){
let err10={instancePath:instancePath+"/timeout",schemaPath:"#/properties/timeout/type",keyword:"type",params:{type:"inte\
ger"}};vErrors===null?vErrors=[err10]:vErrors.push(err10),errors++}if(typeof data5=="number"&&isFinite(data5)&&(data5<1||
isNaN(data5))){let err11={instancePath:instancePath+"/timeout",schemaPath:"#/properties/timeout/minimum",keyword:"minimu\
m",params:{comparison:">=",limit:1}};vErrors===null?vErrors=[err11]:vErrors.push(err11),errors++}}}else{let err12={instancePath,
schemaPath:"#/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err12]:vErrors.push(err12),errors++}return validate71.
errors=vErrors,errors===0}validate71.evaluated={props:!0,dynamicProps:!1,dynamicItems:!1};function validate73(data,{instancePath="",parentData,parentDataProperty,rootData=data,dynamicAnchors={}}={}){let vErrors=null,
errors=0,evaluated0=validate73.evaluated;if(evaluated0.dynamicProps&&(evaluated0.props=void 0),evaluated0.dynamicItems&&
(evaluated0.items=void 0),data&&typeof data=="object"&&!Array.isArray(data)){for(let key0 in data)if(!(key0==="keep-nvra\
m"||key0==="keep-tpm"||key0==="snapshots-metadata"||key0==="checkpoints-metadata")){let err0={instancePath,schemaPath:"#\
/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key0}};vErrors===null?vErrors=[err0]:vErrors.
push(err0),errors++}if(data["keep-nvram"]!==void 0&&typeof data["keep-nvram"]!="boolean"){let err1={instancePath:instancePath+
"/keep-nvram",schemaPath:"#/properties/keep-nvram/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[
err1]:vErrors.push(err1),errors++}if(data["keep-tpm"]!==void 0&&typeof data["keep-tpm"]!="boolean"){let err2={instancePath:instancePath+
"/keep-tpm",schemaPath:"#/properties/keep-tpm/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err2]:
vErrors.push(err2),errors++}if(data["snapshots-metadata"]!==void 0&&typeof data["snapshots-metadata"]!="boolean"){let err3={
instancePath:instancePath+"/snapshots-metadata",schemaPath:"#/properties/snapshots-metadata/type",keyword:"type",params:{
type:"boolean"}};vErrors===null?vErrors=[err3]:vErrors.push(err3),errors++}if(data["checkpoints-metadata"]!==void 0&&typeof data["\
checkpoints-metadata"]!="boolean"){let err4={instancePath:instancePath+"/checkpoints-metadata",schemaPath:"#/properties/\
checkpoints-metadata/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err4]:vErrors.push(err4),errors++}}else{
let err5={instancePath,schemaPath:"#/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err5]:vErrors.
push(err5),errors++}return validate73.errors=vErrors,errors===0}validate73.evaluated={props:!0,dynamicProps:!1,dynamicItems:!1};function validate75(data,{instancePath="",parentData,parentDataProperty,rootData=data,dynamicAnchors={}}={}){let vErrors=null,
errors=0,evaluated0=validate75.evaluated;if(evaluated0.dynamicProps&&(evaluated0.props=void 0),evaluated0.dynamicItems&&
(evaluated0.items=void 0),data&&typeof data=="object"&&!Array.isArray(data)){for(let key0 in data)if(!(key0==="disk"||key0===
"source")){let err0={instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key0}};
vErrors===null?vErrors=[err0]:vErrors.push(err0),errors++}if(data.disk!==void 0){let data0=data.disk;if(typeof data0=="s\
tring"){if(func1(data0)<1){let err1={instancePath:instancePath+"/disk",schemaPath:"#/properties/disk/minLength",keyword:"\
minLength",params:{limit:1}};vErrors===null?vErrors=[err1]:vErrors.push(err1),errors++}}else{let err2={instancePath:instancePath+
"/disk",schemaPath:"#/properties/disk/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err2]:vErrors.
push(err2),errors++}}if(data.source!==void 0){let data1=data.source;if(typeof data1=="string"){if(func1(data1)<1){let err3={
instancePath:instancePath+"/source",schemaPath:"#/properties/source/minLength",keyword:"minLength",params:{limit:1}};vErrors===
null?vErrors=[err3]:vErrors.push(err3),errors++}}else{let err4={instancePath:instancePath+"/source",schemaPath:"#/proper\
ties/source/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err4]:vErrors.push(err4),errors++}}}else{
let err5={instancePath,schemaPath:"#/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err5]:vErrors.
push(err5),errors++}return validate75.errors=vErrors,errors===0}validate75.evaluated={props:!0,dynamicProps:!1,dynamicItems:!1};
var schema32={type:"object",additionalProperties:!1,required:["source","dest"],properties:{source:{type:"string",minLength:1,
description:"Absolute path of an image that nothing writes to."},dest:{type:"string",minLength:1,description:"Absolute p\
ath of the copy; it must not exist."},"source-format":{type:"string",enum:["qcow2","raw","vmdk","vdi","vhdx","qed"],description:"\
Format of the source (-f; default: its format in the chain)."},"target-format":{type:"string",enum:["qcow2","raw","vmdk",
"vdi","vhdx"],description:"Format of the copy (-O; default: qcow2)."},compress:{type:"boolean",description:"Compress the\
 copy (-c; qcow2 and vmdk)."},options:{type:"string",minLength:1,description:"Options of the copy's format (-o), such as\
 `preallocation=metadata`."},"sparse-size":{type:"integer",minimum:0,description:"Turn runs of at least this many zero b\
ytes into holes (-S; default: 4096; 0: no holes, so that the copy takes the space of the whole disk)."},coroutines:{type:"\
integer",minimum:1,maximum:16,description:"Parallel reads and writes (-m; default: 8)."},"rate-limit":{type:"integer",minimum:1,
description:"Speed limit in bytes/s (-r)."}}};function validate77(data,{instancePath="",parentData,parentDataProperty,rootData=data,
dynamicAnchors={}}={}){let vErrors=null,errors=0,evaluated0=validate77.evaluated;if(evaluated0.dynamicProps&&(evaluated0.
props=void 0),evaluated0.dynamicItems&&(evaluated0.items=void 0),data&&typeof data=="object"&&!Array.isArray(data)){if(data.
source===void 0){let err0={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"source"}};vErrors===
null?vErrors=[err0]:vErrors.push(err0),errors++}if(data.dest===void 0){let err1={instancePath,schemaPath:"#/required",keyword:"\
required",params:{missingProperty:"dest"}};vErrors===null?vErrors=[err1]:vErrors.push(err1),errors++}for(let key0 in data)
if(!func2.call(schema32.properties,key0)){let err2={instancePath,schemaPath:"#/additionalProperties",keyword:"additional\
Properties",params:{additionalProperty:key0}};vErrors===null?vErrors=[err2]:vErrors.push(err2),errors++}if(data.source!==
void 0){let data0=data.source;if(typeof data0=="string"){if(func1(data0)<1){let err3={instancePath:instancePath+"/source",
schemaPath:"#/properties/source/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err3]:vErrors.push(
err3),errors++}}else{let err4={instancePath:instancePath+"/source",schemaPath:"#/properties/source/type",keyword:"type",
params:{type:"string"}};vErrors===null?vErrors=[err4]:vErrors.push(err4),errors++}}if(data.dest!==void 0){let data1=data.
dest;if(typeof data1=="string"){if(func1(data1)<1){let err5={instancePath:instancePath+"/dest",schemaPath:"#/properties/\
dest/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err5]:vErrors.push(err5),errors++}}else{let err6={
instancePath:instancePath+"/dest",schemaPath:"#/properties/dest/type",keyword:"type",params:{type:"string"}};vErrors===null?
vErrors=[err6]:vErrors.push(err6),errors++}}if(data["source-format"]!==void 0){let data2=data["source-format"];if(typeof data2!=
"string"){let err7={instancePath:instancePath+"/source-format",schemaPath:"#/properties/source-format/type",keyword:"typ\
e",params:{type:"string"}};vErrors===null?vErrors=[err7]:vErrors.push(err7),errors++}if(!(data2==="qcow2"||data2==="raw"||
data2==="vmdk"||data2==="vdi"||data2==="vhdx"||data2==="qed")){let err8={instancePath:instancePath+"/source-format",schemaPath:"\
#/properties/source-format/enum",keyword:"enum",params:{allowedValues:schema32.properties["source-format"].enum}};vErrors===
null?vErrors=[err8]:vErrors.push(err8),errors++}}if(data["target-format"]!==void 0){let data3=data["target-format"];if(typeof data3!=
"string"){let err9={instancePath:instancePath+"/target-format",schemaPath:"#/properties/target-format/type",keyword:"typ\
e",params:{type:"string"}};vErrors===null?vErrors=[err9]:vErrors.push(err9),errors++}if(!(data3==="qcow2"||data3==="raw"||
data3==="vmdk"||data3==="vdi"||data3==="vhdx")){let err10={instancePath:instancePath+"/target-format",schemaPath:"#/prop\
erties/target-format/enum",keyword:"enum",params:{allowedValues:schema32.properties["target-format"].enum}};vErrors===null?
vErrors=[err10]:vErrors.push(err10),errors++}}if(data.compress!==void 0&&typeof data.compress!="boolean"){let err11={instancePath:instancePath+
"/compress",schemaPath:"#/properties/compress/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err11]:
vErrors.push(err11),errors++}if(data.options!==void 0){let data5=data.options;if(typeof data5=="string"){if(func1(data5)<
1){let err12={instancePath:instancePath+"/options",schemaPath:"#/properties/options/minLength",keyword:"minLength",params:{
limit:1}};vErrors===null?vErrors=[err12]:vErrors.push(err12),errors++}}else{let err13={instancePath:instancePath+"/optio\
ns",schemaPath:"#/properties/options/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err13]:vErrors.
push(err13),errors++}}if(data["sparse-size"]!==void 0){let data6=data["sparse-size"];if(!(typeof data6=="number"&&!(data6%
1)&&!isNaN(data6)&&isFinite(data6))){let err14={instancePath:instancePath+"/sparse-size",schemaPath:"#/properties/sparse\
-size/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err14]:vErrors.push(err14),errors++}if(typeof data6==
"number"&&isFinite(data6)&&(data6<0||isNaN(data6))){let err15={instancePath:instancePath+"/sparse-size",schemaPath:"#/pr\
operties/sparse-size/minimum",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=[err15]:vErrors.
push(err15),errors++}}if(data.coroutines!==void 0){let data7=data.coroutines;if(!(typeof data7=="number"&&!(data7%1)&&!isNaN(
data7)&&isFinite(data7))){let err16={instancePath:instancePath+"/coroutines",schemaPath:"#/properties/coroutines/type",keyword:"\
type",params:{type:"integer"}};vErrors===null?vErrors=[err16]:vErrors.push(err16),errors++}if(typeof data7=="number"&&isFinite(
data7)){if(data7>16||isNaN(data7)){let err17={instancePath:instancePath+"/coroutines",schemaPath:"#/properties/coroutine\
s/maximum",keyword:"maximum",params:{comparison:"<=",limit:16}};vErrors===null?vErrors=[err17]:vErrors.push(err17),errors++}
if(data7<1||isNaN(data7)){let err18={instancePath:instancePath+"/coroutines",schemaPath:"#/properties/coroutines/minimum",
keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===null?vErrors=[err18]:vErrors.push(err18),errors++}}}if(data["\
rate-limit"]!==void 0){let data8=data["rate-limit"];if(!(typeof data8=="number"&&!(data8%1)&&!isNaN(data8)&&isFinite(data8))){
let err19={instancePath:instancePath+"/rate-limit",schemaPath:"#/properties/rate-limit/type",keyword:"type",params:{type:"\
integer"}};vErrors===null?vErrors=[err19]:vErrors.push(err19),errors++}if(typeof data8=="number"&&isFinite(data8)&&(data8<
1||isNaN(data8))){let err20={instancePath:instancePath+"/rate-limit",schemaPath:"#/properties/rate-limit/minimum",keyword:"\
minimum",params:{comparison:">=",limit:1}};vErrors===null?vErrors=[err20]:vErrors.push(err20),errors++}}}else{let err21={
instancePath,schemaPath:"#/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err21]:vErrors.push(err21),
errors++}return validate77.errors=vErrors,errors===0}validate77.evaluated={props:!0,dynamicProps:!1,dynamicItems:!1};function validate52(data,{
instancePath="",parentData,parentDataProperty,rootData=data,dynamicAnchors={}}={}){let vErrors=null,errors=0,evaluated0=validate52.
evaluated;if(evaluated0.dynamicProps&&(evaluated0.props=void 0),evaluated0.dynamicItems&&(evaluated0.items=void 0),data&&
typeof data=="object"&&!Array.isArray(data)){if(data.plan===void 0){let err0={instancePath,schemaPath:"#/required",keyword:"\
required",params:{missingProperty:"plan"}};vErrors===null?vErrors=[err0]:vErrors.push(err0),errors++}if(data.name===void 0){
let err1={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"name"}};vErrors===null?vErrors=
[err1]:vErrors.push(err1),errors++}if(data.domain===void 0){let err2={instancePath,schemaPath:"#/required",keyword:"requ\
ired",params:{missingProperty:"domain"}};vErrors===null?vErrors=[err2]:vErrors.push(err2),errors++}if(data.steps===void 0){
let err3={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"steps"}};vErrors===null?vErrors=
[err3]:vErrors.push(err3),errors++}for(let key0 in data)if(!(key0==="plan"||key0==="name"||key0==="description"||key0===
"domain"||key0==="vars"||key0==="hooks"||key0==="steps"||key0==="on-failure")){let err4={instancePath,schemaPath:"#/addi\
tionalProperties",keyword:"additionalProperties",params:{additionalProperty:key0}};vErrors===null?vErrors=[err4]:vErrors.
push(err4),errors++}if(data.plan!==void 0&&data.plan!=="blockplan/v1"){let err5={instancePath:instancePath+"/plan",schemaPath:"\
#/properties/plan/const",keyword:"const",params:{allowedValue:"blockplan/v1"}};vErrors===null?vErrors=[err5]:vErrors.push(
err5),errors++}if(data.name!==void 0){let data1=data.name;if(typeof data1=="string"){if(!pattern3.test(data1)){let err6={
instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern:"^[a-z0-9][a-\
z0-9-]{0,62}$"}};vErrors===null?vErrors=[err6]:vErrors.push(err6),errors++}}else{let err7={instancePath:instancePath+"/n\
ame",schemaPath:"#/properties/name/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err7]:vErrors.push(
err7),errors++}}if(data.description!==void 0&&typeof data.description!="string"){let err8={instancePath:instancePath+"/d\
escription",schemaPath:"#/properties/description/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err8]:
vErrors.push(err8),errors++}if(data.domain!==void 0){let data3=data.domain;if(typeof data3=="string"){if(func1(data3)>255){
let err9={instancePath:instancePath+"/domain",schemaPath:"#/properties/domain/maxLength",keyword:"maxLength",params:{limit:255}};
vErrors===null?vErrors=[err9]:vErrors.push(err9),errors++}if(!pattern4.test(data3)){let err10={instancePath:instancePath+
"/domain",schemaPath:"#/properties/domain/pattern",keyword:"pattern",params:{pattern:"^[^/\\s-][^/]*$"}};vErrors===null?
vErrors=[err10]:vErrors.push(err10),errors++}}else{let err11={instancePath:instancePath+"/domain",schemaPath:"#/properti\
es/domain/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err11]:vErrors.push(err11),errors++}}if(data.
vars!==void 0){let data4=data.vars;if(data4&&typeof data4=="object"&&!Array.isArray(data4)){if(Object.keys(data4).length>
100){let err12={instancePath:instancePath+"/vars",schemaPath:"#/properties/vars/maxProperties",keyword:"maxProperties",params:{
limit:100}};vErrors===null?vErrors=[err12]:vErrors.push(err12),errors++}for(let key1 in data4){let _errs11=errors;if(typeof key1==
"string"){if(!pattern5.test(key1)){let err13={instancePath:instancePath+"/vars",schemaPath:"#/properties/vars/propertyNa\
mes/pattern",keyword:"pattern",params:{pattern:"^[A-Za-z_][A-Za-z0-9_-]*$"},propertyName:key1};vErrors===null?vErrors=[err13]:
vErrors.push(err13),errors++}}else{let err14={instancePath:instancePath+"/vars",schemaPath:"#/properties/vars/propertyNa\
mes/type",keyword:"type",params:{type:"string"},propertyName:key1};vErrors===null?vErrors=[err14]:vErrors.push(err14),errors++}
var valid1=_errs11===errors;if(!valid1){let err15={instancePath:instancePath+"/vars",schemaPath:"#/properties/vars/prope\
rtyNames",keyword:"propertyNames",params:{propertyName:key1}};vErrors===null?vErrors=[err15]:vErrors.push(err15),errors++}}
for(let key2 in data4){let data5=data4[key2];if(typeof data5!="string"&&!(typeof data5=="number"&&isFinite(data5))&&typeof data5!=
"boolean"&&data5!==null){let err16={instancePath:instancePath+"/vars/"+key2.replace(/~/g,"~0").replace(/\//g,"~1"),schemaPath:"\
#/properties/vars/additionalProperties/type",keyword:"type",params:{type:schema19.properties.vars.additionalProperties.type}};
vErrors===null?vErrors=[err16]:vErrors.push(err16),errors++}}}else{let err17={instancePath:instancePath+"/vars",schemaPath:"\
#/properties/vars/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err17]:vErrors.push(err17),errors++}}
if(data.hooks!==void 0){let data6=data.hooks;if(data6&&typeof data6=="object"&&!Array.isArray(data6)){for(let key3 in data6)
if(!(key3==="before"||key3==="after"||key3==="on-failure")){let err18={instancePath:instancePath+"/hooks",schemaPath:"#/\
properties/hooks/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key3}};vErrors===null?vErrors=
[err18]:vErrors.push(err18),errors++}if(data6.before!==void 0){let data7=data6.before;if(!data7||typeof data7!="object"){
let err19={instancePath:instancePath+"/hooks/before",schemaPath:"#/properties/hooks/properties/before/type",keyword:"typ\
e",params:{type:schema19.properties.hooks.properties.before.type}};vErrors===null?vErrors=[err19]:vErrors.push(err19),errors++}
if(Array.isArray(data7)&&data7.length>20){let err20={instancePath:instancePath+"/hooks/before",schemaPath:"#/properties/\
hooks/properties/before/maxItems",keyword:"maxItems",params:{limit:20}};vErrors===null?vErrors=[err20]:vErrors.push(err20),
errors++}}if(data6.after!==void 0){let data8=data6.after;if(!data8||typeof data8!="object"){let err21={instancePath:instancePath+
"/hooks/after",schemaPath:"#/properties/hooks/properties/after/type",keyword:"type",params:{type:schema19.properties.hooks.
properties.after.type}};vErrors===null?vErrors=[err21]:vErrors.push(err21),errors++}if(Array.isArray(data8)&&data8.length>
20){let err22={instancePath:instancePath+"/hooks/after",schemaPath:"#/properties/hooks/properties/after/maxItems",keyword:"\
maxItems",params:{limit:20}};vErrors===null?vErrors=[err22]:vErrors.push(err22),errors++}}if(data6["on-failure"]!==void 0){
let data9=data6["on-failure"];if(!data9||typeof data9!="object"){let err23={instancePath:instancePath+"/hooks/on-failure",
schemaPath:"#/properties/hooks/properties/on-failure/type",keyword:"type",params:{type:schema19.properties.hooks.properties["\
on-failure"].type}};vErrors===null?vErrors=[err23]:vErrors.push(err23),errors++}if(Array.isArray(data9)&&data9.length>20){
let err24={instancePath:instancePath+"/hooks/on-failure",schemaPath:"#/properties/hooks/properties/on-failure/maxItems",
keyword:"maxItems",params:{limit:20}};vErrors===null?vErrors=[err24]:vErrors.push(err24),errors++}}}else{let err25={instancePath:instancePath+
"/hooks",schemaPath:"#/properties/hooks/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err25]:vErrors.
push(err25),errors++}}if(data.steps!==void 0){let data10=data.steps;if(Array.isArray(data10)){if(data10.length>100){let err26={
instancePath:instancePath+"/steps",schemaPath:"#/properties/steps/maxItems",keyword:"maxItems",params:{limit:100}};vErrors===
null?vErrors=[err26]:vErrors.push(err26),errors++}if(data10.length<1){let err27={instancePath:instancePath+"/steps",schemaPath:"\
#/properties/steps/minItems",keyword:"minItems",params:{limit:1}};vErrors===null?vErrors=[err27]:vErrors.push(err27),errors++}
let len0=data10.length;for(let i0=0;i0<len0;i0++){let data11=data10[i0];if(data11&&typeof data11=="object"&&!Array.isArray(
data11)){for(let key4 in data11)if(!func2.call(schema19.properties.steps.items.properties,key4)){let err28={instancePath:instancePath+
"/steps/"+i0,schemaPath:"#/properties/steps/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key4}};
vErrors===null?vErrors=[err28]:vErrors.push(err28),errors++}if(data11.id!==void 0){let data12=data11.id;if(typeof data12==
"string"){if(!pattern3.test(data12)){let err29={instancePath:instancePath+"/steps/"+i0+"/id",schemaPath:"#/properties/st\
eps/items/properties/id/pattern",keyword:"pattern",params:{pattern:"^[a-z0-9][a-z0-9-]{0,62}$"}};vErrors===null?vErrors=
[err29]:vErrors.push(err29),errors++}}else{let err30={instancePath:instancePath+"/steps/"+i0+"/id",schemaPath:"#/propert\
ies/steps/items/properties/id/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err30]:vErrors.push(err30),
errors++}}data11["snapshot-create-as"]!==void 0&&(validate53(data11["snapshot-create-as"],{instancePath:instancePath+"/s\
teps/"+i0+"/snapshot-create-as",parentData:data11,parentDataProperty:"snapshot-create-as",rootData,dynamicAnchors})||(vErrors=
vErrors===null?validate53.errors:vErrors.concat(validate53.errors),errors=vErrors.length)),data11["backup-begin"]!==void 0&&
(validate55(data11["backup-begin"],{instancePath:instancePath+"/steps/"+i0+"/backup-begin",parentData:data11,parentDataProperty:"\
backup-begin",rootData,dynamicAnchors})||(vErrors=vErrors===null?validate55.errors:vErrors.concat(validate55.errors),errors=
vErrors.length)),data11["checkpoint-create"]!==void 0&&(validate57(data11["checkpoint-create"],{instancePath:instancePath+
"/steps/"+i0+"/checkpoint-create",parentData:data11,parentDataProperty:"checkpoint-create",rootData,dynamicAnchors})||(vErrors=
vErrors===null?validate57.errors:vErrors.concat(validate57.errors),errors=vErrors.length)),data11["checkpoint-delete"]!==
void 0&&(validate59(data11["checkpoint-delete"],{instancePath:instancePath+"/steps/"+i0+"/checkpoint-delete",parentData:data11,
parentDataProperty:"checkpoint-delete",rootData,dynamicAnchors})||(vErrors=vErrors===null?validate59.errors:vErrors.concat(
validate59.errors),errors=vErrors.length)),data11["backup-verify"]!==void 0&&(validate61(data11["backup-verify"],{instancePath:instancePath+
"/steps/"+i0+"/backup-verify",parentData:data11,parentDataProperty:"backup-verify",rootData,dynamicAnchors})||(vErrors=vErrors===
null?validate61.errors:vErrors.concat(validate61.errors),errors=vErrors.length)),data11["backup-prune"]!==void 0&&(validate63(
data11["backup-prune"],{instancePath:instancePath+"/steps/"+i0+"/backup-prune",parentData:data11,parentDataProperty:"bac\
kup-prune",rootData,dynamicAnchors})||(vErrors=vErrors===null?validate63.errors:vErrors.concat(validate63.errors),errors=
vErrors.length)),data11.restore!==void 0&&(validate65(data11.restore,{instancePath:instancePath+"/steps/"+i0+"/restore",
parentData:data11,parentDataProperty:"restore",rootData,dynamicAnchors})||(vErrors=vErrors===null?validate65.errors:vErrors.
concat(validate65.errors),errors=vErrors.length)),data11.blockcopy!==void 0&&(validate67(data11.blockcopy,{instancePath:instancePath+
"/steps/"+i0+"/blockcopy",parentData:data11,parentDataProperty:"blockcopy",rootData,dynamicAnchors})||(vErrors=vErrors===
null?validate67.errors:vErrors.concat(validate67.errors),errors=vErrors.length)),data11.blockcommit!==void 0&&(validate69(
data11.blockcommit,{instancePath:instancePath+"/steps/"+i0+"/blockcommit",parentData:data11,parentDataProperty:"blockcom\
mit",rootData,dynamicAnchors})||(vErrors=vErrors===null?validate69.errors:vErrors.concat(validate69.errors),errors=vErrors.
length)),data11.blockpull!==void 0&&(validate71(data11.blockpull,{instancePath:instancePath+"/steps/"+i0+"/blockpull",parentData:data11,
parentDataProperty:"blockpull",rootData,dynamicAnchors})||(vErrors=vErrors===null?validate71.errors:vErrors.concat(validate71.
errors),errors=vErrors.length)),data11.undefine!==void 0&&(validate73(data11.undefine,{instancePath:instancePath+"/steps\
/"+i0+"/undefine",parentData:data11,parentDataProperty:"undefine",rootData,dynamicAnchors})||(vErrors=vErrors===null?validate73.
errors:vErrors.concat(validate73.errors),errors=vErrors.length)),data11.redefine!==void 0&&(validate75(data11.redefine,{
instancePath:instancePath+"/steps/"+i0+"/redefine",parentData:data11,parentDataProperty:"redefine",rootData,dynamicAnchors})||
(vErrors=vErrors===null?validate75.errors:vErrors.concat(validate75.errors),errors=vErrors.length)),data11.convert!==void 0&&
(validate77(data11.convert,{instancePath:instancePath+"/steps/"+i0+"/convert",parentData:data11,parentDataProperty:"conv\
ert",rootData,dynamicAnchors})||(vErrors=vErrors===null?validate77.errors:vErrors.concat(validate77.errors),errors=vErrors.
length))}else{let err31={instancePath:instancePath+"/steps/"+i0,schemaPath:"#/properties/steps/items/type",keyword:"type",
params:{type:"object"}};vErrors===null?vErrors=[err31]:vErrors.push(err31),errors++}}}else{let err32={instancePath:instancePath+
"/steps",schemaPath:"#/properties/steps/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err32]:vErrors.
push(err32),errors++}}if(data["on-failure"]!==void 0){let data26=data["on-failure"];if(typeof data26!="string"){let err33={
instancePath:instancePath+"/on-failure",schemaPath:"#/properties/on-failure/type",keyword:"type",params:{type:"string"}};
vErrors===null?vErrors=[err33]:vErrors.push(err33),errors++}if(!(data26==="rollback"||data26==="stop")){let err34={instancePath:instancePath+
"/on-failure",schemaPath:"#/properties/on-failure/enum",keyword:"enum",params:{allowedValues:schema19.properties["on-fai\
lure"].enum}};vErrors===null?vErrors=[err34]:vErrors.push(err34),errors++}}}else{let err35={instancePath,schemaPath:"#/t\
ype",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err35]:vErrors.push(err35),errors++}return validate52.
errors=vErrors,errors===0}validate52.evaluated={props:!0,dynamicProps:!1,dynamicItems:!1};export{stdin_default as default,validate};
