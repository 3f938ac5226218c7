// Generated from src/steps by `npm run generate`; do not edit.
var __getOwnPropNames=Object.getOwnPropertyNames;var __commonJS=(cb,mod)=>function(){try{return mod||(0,cb[__getOwnPropNames(cb)[0]])((mod={exports:{}}).exports,mod),mod.
exports}catch(e){throw mod=0,e}};var require_ucs2length=__commonJS({"node_modules/ajv/dist/runtime/ucs2length.js"(exports){"use strict";Object.defineProperty(
exports,"__esModule",{value:!0});function ucs2length(str){let len=str.length,length=0,pos=0,value;for(;pos<len;)length++,
value=str.charCodeAt(pos++),value>=55296&&value<=56319&&pos<len&&(value=str.charCodeAt(pos),(value&64512)===56320&&pos++);
return length}exports.default=ucs2length;ucs2length.code='require("ajv/dist/runtime/ucs2length").default'}});var validate=validate20,stdin_default=validate20,schema31={$schema:"https://json-schema.org/draft/2020-12/schema",$id:"u\
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
ecified."},"snapshot-create-as":{description:"Switch each disk of the running guest to an overlay, so that the file belo\
w no longer changes and can be copied.",type:"object",additionalProperties:!1,required:["name"],properties:{name:{type:"\
string",minLength:1,pattern:"^[^/.][^/]*$",description:"Name of the snapshot; also the suffix of the overlay file names."},
description:{type:"string",description:"Description stored with the snapshot."},"disk-only":{type:"boolean",description:"\
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
"backup-begin":{description:"Copy the disks of the running guest as they are at one instant into a new folder of a backu\
p store, with checksums of each copy.",type:"object",additionalProperties:!1,required:["store","name"],properties:{store:{
type:"string",minLength:1,description:"Absolute path of the folder with the backups of this guest; it must exist."},name:{
type:"string",pattern:"^(?!latest$)(?!(?:prune\\.json|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$",description:"\
Name of the backup, and of its folder in the store; not `latest`. With `${run.date}-${run.time}` the plan can be run aga\
in."},disks:{type:"array",minItems:1,items:{type:"string",minLength:1},description:"Target names of the disks to copy, a\
s in `virsh domblklist` (default: every disk that the guest can write to)."},timeout:{type:"integer",minimum:1,description:"\
Cancel the backup and roll back if it takes more than this many seconds (default: one day)."}}},restore:{description:"Re\
store disks from a backup into new files while the guest is off, and have its definition use them; the former files stay\
.",type:"object",additionalProperties:!1,required:["store","backup","dest"],properties:{store:{type:"string",minLength:1,
description:"Absolute path of the folder with the backups of this guest."},backup:{type:"string",pattern:"^(?!(?:prune\\.\
json|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$",description:"Name of the backup, as in `blockplan back\
ups`, or `latest` for the newest."},disks:{type:"array",minItems:1,items:{type:"string",minLength:1},description:"Target\
 names of the disks to restore (default: every disk of the backup)."},dest:{type:"string",minLength:1,description:"Absol\
ute path of the folder for the restored files, outside the store; it must exist. A file is called `GUEST-BACKUP-DISK.qco\
w2`."}}},blockcopy:{description:"Mirror a running disk to another place; then switch to the copy (pivot: a migration) or\
 stay on the source (finish: a live backup).",type:"object",additionalProperties:!1,required:["disk","dest"],properties:{
disk:{type:"string",minLength:1,description:"The target name of the disk, as in `virsh domblklist`: `vda`."},dest:{type:"\
string",minLength:1,description:"Absolute path of the copy."},format:{type:"string",enum:["qcow2","raw"],description:"Fo\
rmat of the copy (default: the format of the source)."},shallow:{type:"boolean",description:"Copy the active layer only;\
 the layers below stay where they are, and the copy uses them."},"reuse-external":{type:"boolean",description:"Copy into\
 an existing file that was created for the purpose; its content is overwritten. Requires `format`."},blockdev:{type:"boo\
lean",description:"`dest` is a block device, not a file."},bandwidth:{type:"integer",minimum:1,description:"Speed limit \
in MiB/s (in bytes/s with `bytes`)."},bytes:{type:"boolean",description:"`bandwidth` is in bytes/s."},granularity:{type:"\
integer",minimum:512,maximum:67108864,description:"Granularity of the copy in bytes, a power of two."},"buf-size":{type:"\
integer",minimum:0,description:"Maximum amount of data in flight between source and copy, in bytes."},timeout:{type:"int\
eger",minimum:1,description:"Cancel the copy and roll back if it is not ready after this many seconds (default: one day)\
."},pivot:{type:"boolean",description:"Switch the guest to the copy once both are equal: a migration."},finish:{type:"bo\
olean",description:"Keep the guest on the source once both are equal: a live backup."},"transient-job":{type:"boolean",description:"\
Accept that the copy is lost if the guest stops before the copy ends. libvirt requires this for a persistent domain, so \
blockplan always sets it in that case; the domain stays persistent."},"synchronous-writes":{type:"boolean",description:"\
Complete a write of the guest only after both sides have it (libvirt 8.0)."}}},blockcommit:{description:"Merge layers of\
 a running disk into a layer below them, to shorten the backing chain.",type:"object",additionalProperties:!1,required:[
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
description:"Cancel the commit and roll back if it takes more than this many seconds (default: one day)."}}},blockpull:{
description:"Copy the data of the layers below into the active layer of a running disk, so that it no longer needs them.",
type:"object",additionalProperties:!1,required:["disk"],properties:{disk:{type:"string",minLength:1,description:"The tar\
get name of the disk, as in `virsh domblklist`: `vda`."},base:{type:"string",minLength:1,description:"The layer that sta\
ys below the active one: its path, or its position in the chain, such as `vda[2]`. Default: no layer stays."},"keep-rela\
tive":{type:"boolean",description:"Keep the relative name of `base` in the header. Requires `base`."},bandwidth:{type:"i\
nteger",minimum:1,description:"Speed limit in MiB/s (in bytes/s with `bytes`)."},bytes:{type:"boolean",description:"`ban\
dwidth` is in bytes/s."},timeout:{type:"integer",minimum:1,description:"Cancel the pull and roll back if it takes more t\
han this many seconds (default: one day)."}}},undefine:{description:"Make the running domain transient; its definition, \
autostart, and snapshot and checkpoint metadata are saved in the journal.",type:"object",additionalProperties:!1,properties:{
"keep-nvram":{type:"boolean",description:"Keep the guest's NVRAM file; required if it has one."},"keep-tpm":{type:"boole\
an",description:"Keep the guest's TPM state (libvirt 8.9); required if it has one."},"snapshots-metadata":{type:"boolean",
description:"Remove libvirt's records of the snapshots; the journal keeps their metadata."},"checkpoints-metadata":{type:"\
boolean",description:"Remove libvirt's records of the checkpoints; the journal keeps their metadata."}}},redefine:{description:"\
Restore the saved definition, byte for byte except for a disk that has moved, with autostart and metadata.",type:"object",
additionalProperties:!1,properties:{disk:{type:"string",minLength:1,description:"The target name of the disk whose sourc\
e changes: `vda`."},source:{type:"string",minLength:1,description:"File that the guest uses, as an absolute path. A `<ba\
ckingStore/>` that hides layers is removed."}}},convert:{description:"Copy an image that nothing writes to, with its cha\
in flattened, using `qemu-img convert`: sparse, with parallel writes.",type:"object",additionalProperties:!1,required:["\
source","dest"],properties:{source:{type:"string",minLength:1,description:"Absolute path of an image that nothing writes\
 to."},dest:{type:"string",minLength:1,description:"Absolute path of the copy; it must not exist."},"source-format":{type:"\
string",enum:["qcow2","raw","vmdk","vdi","vhdx","qed"],description:"Format of the source (-f; default: its format in the\
 chain)."},"target-format":{type:"string",enum:["qcow2","raw","vmdk","vdi","vhdx"],description:"Format of the copy (-O; \
default: qcow2)."},compress:{type:"boolean",description:"Compress the copy (-c; qcow2 and vmdk)."},options:{type:"string",
minLength:1,description:"Options of the copy's format (-o), such as `preallocation=metadata`."},"sparse-size":{type:"int\
eger",minimum:0,description:"Turn runs of at least this many zero bytes into holes (-S; default: 4096; 0: no holes, so t\
hat the copy takes the space of the whole disk)."},coroutines:{type:"integer",minimum:1,maximum:16,description:"Parallel\
 reads and writes (-m; default: 8)."},"rate-limit":{type:"integer",minimum:1,description:"Speed limit in bytes/s (-r)."}}}}}},
"on-failure":{type:"string",enum:["rollback","stop"],default:"rollback",description:"`rollback` undoes what the run did;\
 `stop` leaves everything as it is and reports that."}}},pattern4=new RegExp("^[a-z0-9][a-z0-9-]{0,62}$","u"),pattern5=new RegExp(
"^[^/\\s-][^/]*$","u"),pattern6=new RegExp("^[A-Za-z_][A-Za-z0-9_-]*$","u"),pattern8=new RegExp("^[^/.][^/]*$","u"),pattern9=new RegExp(
"^(?!latest$)(?!(?:prune\\.json|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$","u"),pattern10=new RegExp("\
^(?!(?:prune\\.json|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$","u"),func1=require_ucs2length().default,
func2=Object.prototype.hasOwnProperty;function validate20(data,{instancePath="",parentData,parentDataProperty,rootData=data,
dynamicAnchors={}}={}){let vErrors=null,errors=0,evaluated0=validate20.evaluated;if(evaluated0.dynamicProps&&(evaluated0.
props=void 0),evaluated0.dynamicItems&&(evaluated0.items=void 0),data&&typeof data=="object"&&!Array.isArray(data)){if(data.
plan===void 0){let err0={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"plan"}};vErrors===
null?vErrors=[err0]:vErrors.push(err0),errors++}if(data.name===void 0){let err1={instancePath,schemaPath:"#/required",keyword:"\
required",params:{missingProperty:"name"}};vErrors===null?vErrors=[err1]:vErrors.push(err1),errors++}if(data.domain===void 0){
let err2={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"domain"}};vErrors===null?vErrors=
[err2]:vErrors.push(err2),errors++}if(data.steps===void 0){let err3={instancePath,schemaPath:"#/required",keyword:"requi\
red",params:{missingProperty:"steps"}};vErrors===null?vErrors=[err3]:vErrors.push(err3),errors++}for(let key0 in data)if(!(key0===
"plan"||key0==="name"||key0==="description"||key0==="domain"||key0==="vars"||key0==="hooks"||key0==="steps"||key0==="on-\
failure")){let err4={instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key0}};
vErrors===null?vErrors=[err4]:vErrors.push(err4),errors++}if(data.plan!==void 0&&data.plan!=="blockplan/v1"){let err5={instancePath:instancePath+
"/plan",schemaPath:"#/properties/plan/const",keyword:"const",params:{allowedValue:"blockplan/v1"}};vErrors===null?vErrors=
[err5]:vErrors.push(err5),errors++}if(data.name!==void 0){let data1=data.name;if(typeof data1=="string"){if(!pattern4.test(
data1)){let err6={instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern:"\
^[a-z0-9][a-z0-9-]{0,62}$"}};vErrors===null?vErrors=[err6]:vErrors.push(err6),errors++}}else{let err7={instancePath:instancePath+
"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err7]:vErrors.
push(err7),errors++}}if(data.description!==void 0&&typeof data.description!="string"){let err8={instancePath:instancePath+
"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=
[err8]:vErrors.push(err8),errors++}if(data.domain!==void 0){let data3=data.domain;if(typeof data3=="string"){if(func1(data3)>
255){let err9={instancePath:instancePath+"/domain",schemaPath:"#/properties/domain/maxLength",keyword:"maxLength",params:{
limit:255}};vErrors===null?vErrors=[err9]:vErrors.push(err9),errors++}if(!pattern5.test(data3)){let err10={instancePath:instancePath+
"/domain",schemaPath:"#/properties/domain/pattern",keyword:"pattern",params:{pattern:"^[^/\\s-][^/]*$"}};vErrors===null?
vErrors=[err10]:vErrors.push(err10),errors++}}else{let err11={instancePath:instancePath+"/domain",schemaPath:"#/properti\
es/domain/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err11]:vErrors.push(err11),errors++}}if(data.
vars!==void 0){let data4=data.vars;if(data4&&typeof data4=="object"&&!Array.isArray(data4)){if(Object.keys(data4).length>
100){let err12={instancePath:instancePath+"/vars",schemaPath:"#/properties/vars/maxProperties",keyword:"maxProperties",params:{
limit:100}};vErrors===null?vErrors=[err12]:vErrors.push(err12),errors++}for(let key1 in data4){let _errs11=errors;if(typeof key1==
"string"){if(!pattern6.test(key1)){let err13={instancePath:instancePath+"/vars",schemaPath:"#/properties/vars/propertyNa\
mes/pattern",keyword:"pattern",params:{pattern:"^[A-Za-z_][A-Za-z0-9_-]*$"},propertyName:key1};vErrors===null?vErrors=[err13]:
vErrors.push(err13),errors++}}else{let err14={instancePath:instancePath+"/vars",schemaPath:"#/properties/vars/propertyNa\
mes/type",keyword:"type",params:{type:"string"},propertyName:key1};vErrors===null?vErrors=[err14]:vErrors.push(err14),errors++}
var valid1=_errs11===errors;if(!valid1){let err15={instancePath:instancePath+"/vars",schemaPath:"#/properties/vars/prope\
rtyNames",keyword:"propertyNames",params:{propertyName:key1}};vErrors===null?vErrors=[err15]:vErrors.push(err15),errors++}}
for(let key2 in data4){let data5=data4[key2];if(typeof data5!="string"&&!(typeof data5=="number"&&isFinite(data5))&&typeof data5!=
"boolean"&&data5!==null){let err16={instancePath:instancePath+"/vars/"+key2.replace(/~/g,"~0").replace(/\//g,"~1"),schemaPath:"\
#/properties/vars/additionalProperties/type",keyword:"type",params:{type:schema31.properties.vars.additionalProperties.type}};
vErrors===null?vErrors=[err16]:vErrors.push(err16),errors++}}}else{let err17={instancePath:instancePath+"/vars",schemaPath:"\
#/properties/vars/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err17]:vErrors.push(err17),errors++}}
if(data.hooks!==void 0){let data6=data.hooks;if(data6&&typeof data6=="object"&&!Array.isArray(data6)){for(let key3 in data6)
if(!(key3==="before"||key3==="after"||key3==="on-failure")){let err18={instancePath:instancePath+"/hooks",schemaPath:"#/\
properties/hooks/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key3}};vErrors===null?vErrors=
[err18]:vErrors.push(err18),errors++}if(data6.before!==void 0){let data7=data6.before;if(!data7||typeof data7!="object"){
let err19={instancePath:instancePath+"/hooks/before",schemaPath:"#/properties/hooks/properties/before/type",keyword:"typ\
e",params:{type:schema31.properties.hooks.properties.before.type}};vErrors===null?vErrors=[err19]:vErrors.push(err19),errors++}
if(Array.isArray(data7)&&data7.length>20){let err20={instancePath:instancePath+"/hooks/before",schemaPath:"#/properties/\
hooks/properties/before/maxItems",keyword:"maxItems",params:{limit:20}};vErrors===null?vErrors=[err20]:vErrors.push(err20),
errors++}}if(data6.after!==void 0){let data8=data6.after;if(!data8||typeof data8!="object"){let err21={instancePath:instancePath+
"/hooks/after",schemaPath:"#/properties/hooks/properties/after/type",keyword:"type",params:{type:schema31.properties.hooks.
properties.after.type}};vErrors===null?vErrors=[err21]:vErrors.push(err21),errors++}if(Array.isArray(data8)&&data8.length>
20){let err22={instancePath:instancePath+"/hooks/after",schemaPath:"#/properties/hooks/properties/after/maxItems",keyword:"\
maxItems",params:{limit:20}};vErrors===null?vErrors=[err22]:vErrors.push(err22),errors++}}if(data6["on-failure"]!==void 0){
let data9=data6["on-failure"];if(!data9||typeof data9!="object"){let err23={instancePath:instancePath+"/hooks/on-failure",
schemaPath:"#/properties/hooks/properties/on-failure/type",keyword:"type",params:{type:schema31.properties.hooks.properties["\
on-failure"].type}};vErrors===null?vErrors=[err23]:vErrors.push(err23),errors++}if(Array.isArray(data9)&&data9.length>20){
let err24={instancePath:instancePath+"/hooks/on-failure",schemaPath:"#/properties/hooks/properties/on-failure/maxItems",
keyword:"maxItems",params:{limit:20}};vErrors===null?vErrors=[err24]:vErrors.push(err24),errors++}}}else{let err25={instancePath:instancePath+
"/hooks",schemaPath:"#/properties/hooks/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err25]:vErrors.
push(err25),errors++}}if(data.steps!==void 0){let data10=data.steps;if(Array.isArray(data10)){if(data10.length>100){let err26={
instancePath:instancePath+"/steps",schemaPath:"#/properties/steps/maxItems",keyword:"maxItems",params:{limit:100}};vErrors===
null?vErrors=[err26]:vErrors.push(err26),errors++}if(data10.length<1){let err27={instancePath:instancePath+"/steps",schemaPath:"\
#/properties/steps/minItems",keyword:"minItems",params:{limit:1}};vErrors===null?vErrors=[err27]:vErrors.push(err27),errors++}
let len0=data10.length;for(let i0=0;i0<len0;i0++){let data11=data10[i0];if(data11&&typeof data11=="object"&&!Array.isArray(
data11)){for(let key4 in data11)if(!func2.call(schema31.properties.steps.items.properties,key4)){let err28={instancePath:instancePath+
"/steps/"+i0,schemaPath:"#/properties/steps/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key4}};
vErrors===null?vErrors=[err28]:vErrors.push(err28),errors++}if(data11.id!==void 0){let data12=data11.id;if(typeof data12==
"string"){if(!pattern4.test(data12)){let err29={instancePath:instancePath+"/steps/"+i0+"/id",schemaPath:"#/properties/st\
eps/items/properties/id/pattern",keyword:"pattern",params:{pattern:"^[a-z0-9][a-z0-9-]{0,62}$"}};vErrors===null?vErrors=
[err29]:vErrors.push(err29),errors++}}else{let err30={instancePath:instancePath+"/steps/"+i0+"/id",schemaPath:"#/propert\
ies/steps/items/properties/id/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err30]:vErrors.push(err30),
errors++}}if(data11["snapshot-create-as"]!==void 0){let data13=data11["snapshot-create-as"];if(data13&&typeof data13=="o\
bject"&&!Array.isArray(data13)){if(data13.name===void 0){let err31={instancePath:instancePath+"/steps/"+i0+"/snapshot-cr\
eate-as",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/required",keyword:"required",params:{missingProperty:"\
name"}};vErrors===null?vErrors=[err31]:vErrors.push(err31),errors++}for(let key5 in data13)if(!func2.call(schema31.properties.
steps.items.properties["snapshot-create-as"].properties,key5)){let err32={instancePath:instancePath+"/steps/"+i0+"/snaps\
hot-create-as",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/additionalProperties",keyword:"additio\
nalProperties",params:{additionalProperty:key5}};vErrors===null?vErrors=[err32]:vErrors.push(err32),errors++}if(data13.name!==
void 0){let data14=data13.name;if(typeof data14=="string"){if(func1(data14)<1){let err33={instancePath:instancePath+"/st\
eps/"+i0+"/snapshot-create-as/name",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/name/m\
inLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err33]:vErrors.push(err33),errors++}if(!pattern8.
test(data14)){let err34={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/name",schemaPath:"#/properties/step\
s/items/properties/snapshot-create-as/properties/name/pattern",keyword:"pattern",params:{pattern:"^[^/.][^/]*$"}};vErrors===
null?vErrors=[err34]:vErrors.push(err34),errors++}}else{let err35={instancePath:instancePath+"/steps/"+i0+"/snapshot-cre\
ate-as/name",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/name/type",keyword:"type",params:{
type:"string"}};vErrors===null?vErrors=[err35]:vErrors.push(err35),errors++}}if(data13.description!==void 0&&typeof data13.
description!="string"){let err36={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/description",schemaPath:"#\
/properties/steps/items/properties/snapshot-create-as/properties/description/type",keyword:"type",params:{type:"string"}};
vErrors===null?vErrors=[err36]:vErrors.push(err36),errors++}if(data13["disk-only"]!==void 0&&typeof data13["disk-only"]!=
"boolean"){let err37={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/disk-only",schemaPath:"#/properties/st\
eps/items/properties/snapshot-create-as/properties/disk-only/type",keyword:"type",params:{type:"boolean"}};vErrors===null?
vErrors=[err37]:vErrors.push(err37),errors++}if(data13.atomic!==void 0&&typeof data13.atomic!="boolean"){let err38={instancePath:instancePath+
"/steps/"+i0+"/snapshot-create-as/atomic",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/\
atomic/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err38]:vErrors.push(err38),errors++}if(data13.
quiesce!==void 0&&typeof data13.quiesce!="boolean"){let err39={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-\
as/quiesce",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/quiesce/type",keyword:"type",params:{
type:"boolean"}};vErrors===null?vErrors=[err39]:vErrors.push(err39),errors++}if(data13["no-metadata"]!==void 0&&typeof data13["\
no-metadata"]!="boolean"){let err40={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/no-metadata",schemaPath:"\
#/properties/steps/items/properties/snapshot-create-as/properties/no-metadata/type",keyword:"type",params:{type:"boolean"}};
vErrors===null?vErrors=[err40]:vErrors.push(err40),errors++}if(data13["reuse-external"]!==void 0&&typeof data13["reuse-e\
xternal"]!="boolean"){let err41={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/reuse-external",schemaPath:"\
#/properties/steps/items/properties/snapshot-create-as/properties/reuse-external/type",keyword:"type",params:{type:"bool\
ean"}};vErrors===null?vErrors=[err41]:vErrors.push(err41),errors++}if(data13.live!==void 0&&typeof data13.live!="boolean"){
let err42={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/live",schemaPath:"#/properties/steps/items/proper\
ties/snapshot-create-as/properties/live/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err42]:vErrors.
push(err42),errors++}if(data13.validate!==void 0&&typeof data13.validate!="boolean"){let err43={instancePath:instancePath+
"/steps/"+i0+"/snapshot-create-as/validate",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/propertie\
s/validate/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err43]:vErrors.push(err43),errors++}if(data13.
memspec!==void 0){let data23=data13.memspec;if(data23&&typeof data23=="object"&&!Array.isArray(data23)){if(data23.file===
void 0){let err44={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/memspec",schemaPath:"#/properties/steps/i\
tems/properties/snapshot-create-as/properties/memspec/required",keyword:"required",params:{missingProperty:"file"}};vErrors===
null?vErrors=[err44]:vErrors.push(err44),errors++}for(let key6 in data23)if(key6!=="file"){let err45={instancePath:instancePath+
"/steps/"+i0+"/snapshot-create-as/memspec",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties\
/memspec/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key6}};vErrors===null?vErrors=[
err45]:vErrors.push(err45),errors++}if(data23.file!==void 0){let data24=data23.file;if(typeof data24=="string"){if(func1(
data24)<1){let err46={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/memspec/file",schemaPath:"#/properties\
/steps/items/properties/snapshot-create-as/properties/memspec/properties/file/minLength",keyword:"minLength",params:{limit:1}};
vErrors===null?vErrors=[err46]:vErrors.push(err46),errors++}}else{let err47={instancePath:instancePath+"/steps/"+i0+"/sn\
apshot-create-as/memspec/file",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/memspec/pro\
perties/file/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err47]:vErrors.push(err47),errors++}}}else{
let err48={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/memspec",schemaPath:"#/properties/steps/items/pro\
perties/snapshot-create-as/properties/memspec/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err48]:
vErrors.push(err48),errors++}}if(data13.diskspec!==void 0){let data25=data13.diskspec;if(Array.isArray(data25)){if(data25.
length<1){let err49={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/diskspec",schemaPath:"#/properties/step\
s/items/properties/snapshot-create-as/properties/diskspec/minItems",keyword:"minItems",params:{limit:1}};vErrors===null?
vErrors=[err49]:vErrors.push(err49),errors++}let len1=data25.length;for(let i1=0;i1<len1;i1++){let data26=data25[i1];if(data26&&
typeof data26=="object"&&!Array.isArray(data26)){if(data26.disk===void 0){let err50={instancePath:instancePath+"/steps/"+
i0+"/snapshot-create-as/diskspec/"+i1,schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/disk\
spec/items/required",keyword:"required",params:{missingProperty:"disk"}};vErrors===null?vErrors=[err50]:vErrors.push(err50),
errors++}for(let key7 in data26)if(!(key7==="disk"||key7==="snapshot"||key7==="driver"||key7==="file")){let err51={instancePath:instancePath+
"/steps/"+i0+"/snapshot-create-as/diskspec/"+i1,schemaPath:"#/properties/steps/items/properties/snapshot-create-as/prope\
rties/diskspec/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key7}};vErrors===null?
vErrors=[err51]:vErrors.push(err51),errors++}if(data26.disk!==void 0){let data27=data26.disk;if(typeof data27=="string"){
if(func1(data27)<1){let err52={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/diskspec/"+i1+"/disk",schemaPath:"\
#/properties/steps/items/properties/snapshot-create-as/properties/diskspec/items/properties/disk/minLength",keyword:"min\
Length",params:{limit:1}};vErrors===null?vErrors=[err52]:vErrors.push(err52),errors++}}else{let err53={instancePath:instancePath+
"/steps/"+i0+"/snapshot-create-as/diskspec/"+i1+"/disk",schemaPath:"#/properties/steps/items/properties/snapshot-create-\
as/properties/diskspec/items/properties/disk/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err53]:
vErrors.push(err53),errors++}}if(data26.snapshot!==void 0){let data28=data26.snapshot;if(typeof data28!="string"){let err54={
instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/diskspec/"+i1+"/snapshot",schemaPath:"#/properties/steps/ite\
ms/properties/snapshot-create-as/properties/diskspec/items/properties/snapshot/type",keyword:"type",params:{type:"string"}};
vErrors===null?vErrors=[err54]:vErrors.push(err54),errors++}if(!(data28==="external"||data28==="no")){let err55={instancePath:instancePath+
"/steps/"+i0+"/snapshot-create-as/diskspec/"+i1+"/snapshot",schemaPath:"#/properties/steps/items/properties/snapshot-cre\
ate-as/properties/diskspec/items/properties/snapshot/enum",keyword:"enum",params:{allowedValues:schema31.properties.steps.
items.properties["snapshot-create-as"].properties.diskspec.items.properties.snapshot.enum}};vErrors===null?vErrors=[err55]:
vErrors.push(err55),errors++}}if(data26.driver!==void 0){let data29=data26.driver;if(typeof data29!="string"){let err56={
instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/diskspec/"+i1+"/driver",schemaPath:"#/properties/steps/items\
/properties/snapshot-create-as/properties/diskspec/items/properties/driver/type",keyword:"type",params:{type:"string"}};
vErrors===null?vErrors=[err56]:vErrors.push(err56),errors++}if(!(data29==="qcow2"||data29==="qed")){let err57={instancePath:instancePath+
"/steps/"+i0+"/snapshot-create-as/diskspec/"+i1+"/driver",schemaPath:"#/properties/steps/items/properties/snapshot-creat\
e-as/properties/diskspec/items/properties/driver/enum",keyword:"enum",params:{allowedValues:schema31.properties.steps.items.
properties["snapshot-create-as"].properties.diskspec.items.properties.driver.enum}};vErrors===null?vErrors=[err57]:vErrors.
push(err57),errors++}}if(data26.file!==void 0){let data30=data26.file;if(typeof data30=="string"){if(func1(data30)<1){let err58={
instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/diskspec/"+i1+"/file",schemaPath:"#/properties/steps/items/p\
roperties/snapshot-create-as/properties/diskspec/items/properties/file/minLength",keyword:"minLength",params:{limit:1}};
vErrors===null?vErrors=[err58]:vErrors.push(err58),errors++}}else{let err59={instancePath:instancePath+"/steps/"+i0+"/sn\
apshot-create-as/diskspec/"+i1+"/file",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/dis\
kspec/items/properties/file/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err59]:vErrors.push(err59),
errors++}}}else{let err60={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/diskspec/"+i1,schemaPath:"#/prope\
rties/steps/items/properties/snapshot-create-as/properties/diskspec/items/type",keyword:"type",params:{type:"object"}};vErrors===
null?vErrors=[err60]:vErrors.push(err60),errors++}}}else{let err61={instancePath:instancePath+"/steps/"+i0+"/snapshot-cr\
eate-as/diskspec",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/diskspec/type",keyword:"\
type",params:{type:"array"}};vErrors===null?vErrors=[err61]:vErrors.push(err61),errors++}}}else{let err62={instancePath:instancePath+
"/steps/"+i0+"/snapshot-create-as",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/type",keyword:"typ\
e",params:{type:"object"}};vErrors===null?vErrors=[err62]:vErrors.push(err62),errors++}}if(data11["backup-begin"]!==void 0){
let data31=data11["backup-begin"];if(data31&&typeof data31=="object"&&!Array.isArray(data31)){if(data31.store===void 0){
let err63={instancePath:instancePath+"/steps/"+i0+"/backup-begin",schemaPath:"#/properties/steps/items/properties/backup\
-begin/required",keyword:"required",params:{missingProperty:"store"}};vErrors===null?vErrors=[err63]:vErrors.push(err63),
errors++}if(data31.name===void 0){let err64={instancePath:instancePath+"/steps/"+i0+"/backup-begin",schemaPath:"#/proper\
ties/steps/items/properties/backup-begin/required",keyword:"required",params:{missingProperty:"name"}};vErrors===null?vErrors=
[err64]:vErrors.push(err64),errors++}for(let key8 in data31)if(!(key8==="store"||key8==="name"||key8==="disks"||key8==="\
timeout")){let err65={instancePath:instancePath+"/steps/"+i0+"/backup-begin",schemaPath:"#/properties/steps/items/proper\
ties/backup-begin/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key8}};vErrors===null?
vErrors=[err65]:vErrors.push(err65),errors++}if(data31.store!==void 0){let data32=data31.store;if(typeof data32=="string"){
if(func1(data32)<1){let err66={instancePath:instancePath+"/steps/"+i0+"/backup-begin/store",schemaPath:"#/properties/ste\
ps/items/properties/backup-begin/properties/store/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=
[err66]:vErrors.push(err66),errors++}}else{let err67={instancePath:instancePath+"/steps/"+i0+"/backup-begin/store",schemaPath:"\
#/properties/steps/items/properties/backup-begin/properties/store/type",keyword:"type",params:{type:"string"}};vErrors===
null?vErrors=[err67]:vErrors.push(err67),errors++}}if(data31.name!==void 0){let data33=data31.name;if(typeof data33=="st\
ring"){if(!pattern9.test(data33)){let err68={instancePath:instancePath+"/steps/"+i0+"/backup-begin/name",schemaPath:"#/p\
roperties/steps/items/properties/backup-begin/properties/name/pattern",keyword:"pattern",params:{pattern:"^(?!latest$)(?\
!(?:prune\\.json|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$"}};vErrors===null?vErrors=[err68]:vErrors.push(
err68),errors++}}else{let err69={instancePath:instancePath+"/steps/"+i0+"/backup-begin/name",schemaPath:"#/properties/st\
eps/items/properties/backup-begin/properties/name/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err69]:
vErrors.push(err69),errors++}}if(data31.disks!==void 0){let data34=data31.disks;if(Array.isArray(data34)){if(data34.length<
1){let err70={instancePath:instancePath+"/steps/"+i0+"/backup-begin/disks",schemaPath:"#/properties/steps/items/properti\
es/backup-begin/properties/disks/minItems",keyword:"minItems",params:{limit:1}};vErrors===null?vErrors=[err70]:vErrors.push(
err70),errors++}let len2=data34.length;for(let i2=0;i2<len2;i2++){let data35=data34[i2];if(typeof data35=="string"){if(func1(
data35)<1){let err71={instancePath:instancePath+"/steps/"+i0+"/backup-begin/disks/"+i2,schemaPath:"#/properties/steps/it\
ems/properties/backup-begin/properties/disks/items/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=
[err71]:vErrors.push(err71),errors++}}else{let err72={instancePath:instancePath+"/steps/"+i0+"/backup-begin/disks/"+i2,schemaPath:"\
#/properties/steps/items/properties/backup-begin/properties/disks/items/type",keyword:"type",params:{type:"string"}};vErrors===
null?vErrors=[err72]:vErrors.push(err72),errors++}}}else{let err73={instancePath:instancePath+"/steps/"+i0+"/backup-begi\
n/disks",schemaPath:"#/properties/steps/items/properties/backup-begin/properties/disks/type",keyword:"type",params:{type:"\
array"}};vErrors===null?vErrors=[err73]:vErrors.push(err73),errors++}}if(data31.timeout!==void 0){let data36=data31.timeout;
if(!(typeof data36=="number"&&!(data36%1)&&!isNaN(data36)&&isFinite(data36))){let err74={instancePath:instancePath+"/ste\
ps/"+i0+"/backup-begin/timeout",schemaPath:"#/properties/steps/items/properties/backup-begin/properties/timeout/type",keyword:"\
type",params:{type:"integer"}};vErrors===null?vErrors=[err74]:vErrors.push(err74),errors++}if(typeof data36=="number"&&isFinite(
data36)&&(data36<1||isNaN(data36))){let err75={instancePath:instancePath+"/steps/"+i0+"/backup-begin/timeout",schemaPath:"\
#/properties/steps/items/properties/backup-begin/properties/timeout/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};
vErrors===null?vErrors=[err75]:vErrors.push(err75),errors++}}}else{let err76={instancePath:instancePath+"/steps/"+i0+"/b\
ackup-begin",schemaPath:"#/properties/steps/items/properties/backup-begin/type",keyword:"type",params:{type:"object"}};vErrors===
null?vErrors=[err76]:vErrors.push(err76),errors++}}if(data11.restore!==void 0){let data37=data11.restore;if(data37&&typeof data37==
"object"&&!Array.isArray(data37)){if(data37.store===void 0){let err77={instancePath:instancePath+"/steps/"+i0+"/restore",
schemaPath:"#/properties/steps/items/properties/restore/required",keyword:"required",params:{missingProperty:"store"}};vErrors===
null?vErrors=[err77]:vErrors.push(err77),errors++}if(data37.backup===void 0){let err78={instancePath:instancePath+"/step\
s/"+i0+"/restore",schemaPath:"#/properties/steps/items/properties/restore/required",keyword:"required",params:{missingProperty:"\
backup"}};vErrors===null?vErrors=[err78]:vErrors.push(err78),errors++}if(data37.dest===void 0){let err79={instancePath:instancePath+
"/steps/"+i0+"/restore",schemaPath:"#/properties/steps/items/properties/restore/required",keyword:"required",params:{missingProperty:"\
dest"}};vErrors===null?vErrors=[err79]:vErrors.push(err79),errors++}for(let key9 in data37)if(!(key9==="store"||key9==="\
backup"||key9==="disks"||key9==="dest")){let err80={instancePath:instancePath+"/steps/"+i0+"/restore",schemaPath:"#/prop\
erties/steps/items/properties/restore/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key9}};
vErrors===null?vErrors=[err80]:vErrors.push(err80),errors++}if(data37.store!==void 0){let data38=data37.store;if(typeof data38==
"string"){if(func1(data38)<1){let err81={instancePath:instancePath+"/steps/"+i0+"/restore/store",schemaPath:"#/propertie\
s/steps/items/properties/restore/properties/store/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=
[err81]:vErrors.push(err81),errors++}}else{let err82={instancePath:instancePath+"/steps/"+i0+"/restore/store",schemaPath:"\
#/properties/steps/items/properties/restore/properties/store/type",keyword:"type",params:{type:"string"}};vErrors===null?
vErrors=[err82]:vErrors.push(err82),errors++}}if(data37.backup!==void 0){let data39=data37.backup;if(typeof data39=="str\
ing"){if(!pattern10.test(data39)){let err83={instancePath:instancePath+"/steps/"+i0+"/restore/backup",schemaPath:"#/prop\
erties/steps/items/properties/restore/properties/backup/pattern",keyword:"pattern",params:{pattern:"^(?!(?:prune\\.json|l\
ocks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$"}};vErrors===null?vErrors=[err83]:vErrors.push(err83),errors++}}else{
let err84={instancePath:instancePath+"/steps/"+i0+"/restore/backup",schemaPath:"#/properties/steps/items/properties/rest\
ore/properties/backup/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err84]:vErrors.push(err84),errors++}}
if(data37.disks!==void 0){let data40=data37.disks;if(Array.isArray(data40)){if(data40.length<1){let err85={instancePath:instancePath+
"/steps/"+i0+"/restore/disks",schemaPath:"#/properties/steps/items/properties/restore/properties/disks/minItems",keyword:"\
minItems",params:{limit:1}};vErrors===null?vErrors=[err85]:vErrors.push(err85),errors++}let len3=data40.length;for(let i3=0;i3<
len3;i3++){let data41=data40[i3];if(typeof data41=="string"){if(func1(data41)<1){let err86={instancePath:instancePath+"/\
steps/"+i0+"/restore/disks/"+i3,schemaPath:"#/properties/steps/items/properties/restore/properties/disks/items/minLength",
keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err86]:vErrors.push(err86),errors++}}else{let err87={instancePath:instancePath+
"/steps/"+i0+"/restore/disks/"+i3,schemaPath:"#/properties/steps/items/properties/restore/properties/disks/items/type",keyword:"\
type",params:{type:"string"}};vErrors===null?vErrors=[err87]:vErrors.push(err87),errors++}}}else{let err88={instancePath:instancePath+
"/steps/"+i0+"/restore/disks",schemaPath:"#/properties/steps/items/properties/restore/properties/disks/type",keyword:"ty\
pe",params:{type:"array"}};vErrors===null?vErrors=[err88]:vErrors.push(err88),errors++}}if(data37.dest!==void 0){let data42=data37.
dest;if(typeof data42=="string"){if(func1(data42)<1){let err89={instancePath:instancePath+"/steps/"+i0+"/restore/dest",schemaPath:"\
#/properties/steps/items/properties/restore/properties/dest/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?
vErrors=[err89]:vErrors.push(err89),errors++}}else{let err90={instancePath:instancePath+"/steps/"+i0+"/restore/dest",schemaPath:"\
#/properties/steps/items/properties/restore/properties/dest/type",keyword:"type",params:{type:"string"}};vErrors===null?
vErrors=[err90]:vErrors.push(err90),errors++}}}else{let err91={instancePath:instancePath+"/steps/"+i0+"/restore",schemaPath:"\
#/properties/steps/items/properties/restore/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err91]:
vErrors.push(err91),errors++}}if(data11.blockcopy!==void 0){let data43=data11.blockcopy;if(data43&&typeof data43=="objec\
t"&&!Array.isArray(data43)){if(data43.disk===void 0){let err92={instancePath:instancePath+"/steps/"+i0+"/blockcopy",schemaPath:"\
#/properties/steps/items/properties/blockcopy/required",keyword:"required",params:{missingProperty:"disk"}};vErrors===null?
vErrors=[err92]:vErrors.push(err92),errors++}if(data43.dest===void 0){let err93={instancePath:instancePath+"/steps/"+i0+
"/blockcopy",schemaPath:"#/properties/steps/items/properties/blockcopy/required",keyword:"required",params:{missingProperty:"\
dest"}};vErrors===null?vErrors=[err93]:vErrors.push(err93),errors++}for(let key10 in data43)if(!func2.call(schema31.properties.
steps.items.properties.blockcopy.properties,key10)){let err94={instancePath:instancePath+"/steps/"+i0+"/blockcopy",schemaPath:"\
#/properties/steps/items/properties/blockcopy/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key10}};
vErrors===null?vErrors=[err94]:vErrors.push(err94),errors++}if(data43.disk!==void 0){let data44=data43.disk;if(typeof data44==
"string"){if(func1(data44)<1){let err95={instancePath:instancePath+"/steps/"+i0+"/blockcopy/disk",schemaPath:"#/properti\
es/steps/items/properties/blockcopy/properties/disk/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=
[err95]:vErrors.push(err95),errors++}}else{let err96={instancePath:instancePath+"/steps/"+i0+"/blockcopy/disk",schemaPath:"\
#/properties/steps/items/properties/blockcopy/properties/disk/type",keyword:"type",params:{type:"string"}};vErrors===null?
vErrors=[err96]:vErrors.push(err96),errors++}}if(data43.dest!==void 0){let data45=data43.dest;if(typeof data45=="string"){
if(func1(data45)<1){let err97={instancePath:instancePath+"/steps/"+i0+"/blockcopy/dest",schemaPath:"#/properties/steps/i\
tems/properties/blockcopy/properties/dest/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err97]:
vErrors.push(err97),errors++}}else{let err98={instancePath:instancePath+"/steps/"+i0+"/blockcopy/dest",schemaPath:"#/pro\
perties/steps/items/properties/blockcopy/properties/dest/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=
[err98]:vErrors.push(err98),errors++}}if(data43.format!==void 0){let data46=data43.format;if(typeof data46!="string"){let err99={
instancePath:instancePath+"/steps/"+i0+"/blockcopy/format",schemaPath:"#/properties/steps/items/properties/blockcopy/pro\
perties/format/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err99]:vErrors.push(err99),errors++}
if(!(data46==="qcow2"||data46==="raw")){let err100={instancePath:instancePath+"/steps/"+i0+"/blockcopy/format",schemaPath:"\
#/properties/steps/items/properties/blockcopy/properties/format/enum",keyword:"enum",params:{allowedValues:schema31.properties.
steps.items.properties.blockcopy.properties.format.enum}};vErrors===null?vErrors=[err100]:vErrors.push(err100),errors++}}
if(data43.shallow!==void 0&&typeof data43.shallow!="boolean"){let err101={instancePath:instancePath+"/steps/"+i0+"/block\
copy/shallow",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/shallow/type",keyword:"type",params:{
type:"boolean"}};vErrors===null?vErrors=[err101]:vErrors.push(err101),errors++}if(data43["reuse-external"]!==void 0&&typeof data43["\
reuse-external"]!="boolean"){let err102={instancePath:instancePath+"/steps/"+i0+"/blockcopy/reuse-external",schemaPath:"\
#/properties/steps/items/properties/blockcopy/properties/reuse-external/type",keyword:"type",params:{type:"boolean"}};vErrors===
null?vErrors=[err102]:vErrors.push(err102),errors++}if(data43.blockdev!==void 0&&typeof data43.blockdev!="boolean"){let err103={
instancePath:instancePath+"/steps/"+i0+"/blockcopy/blockdev",schemaPath:"#/properties/steps/items/properties/blockcopy/p\
roperties/blockdev/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err103]:vErrors.push(err103),errors++}
if(data43.bandwidth!==void 0){let data50=data43.bandwidth;if(!(typeof data50=="number"&&!(data50%1)&&!isNaN(data50)&&isFinite(
data50))){let err104={instancePath:instancePath+"/steps/"+i0+"/blockcopy/bandwidth",schemaPath:"#/properties/steps/items\
/properties/blockcopy/properties/bandwidth/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err104]:
vErrors.push(err104),errors++}if(typeof data50=="number"&&isFinite(data50)&&(data50<1||isNaN(data50))){let err105={instancePath:instancePath+
"/steps/"+i0+"/blockcopy/bandwidth",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/bandwidth/minim\
um",keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===null?vErrors=[err105]:vErrors.push(err105),errors++}}if(data43.
bytes!==void 0&&typeof data43.bytes!="boolean"){let err106={instancePath:instancePath+"/steps/"+i0+"/blockcopy/bytes",schemaPath:"\
#/properties/steps/items/properties/blockcopy/properties/bytes/type",keyword:"type",params:{type:"boolean"}};vErrors===null?
vErrors=[err106]:vErrors.push(err106),errors++}if(data43.granularity!==void 0){let data52=data43.granularity;if(!(typeof data52==
"number"&&!(data52%1)&&!isNaN(data52)&&isFinite(data52))){let err107={instancePath:instancePath+"/steps/"+i0+"/blockcopy\
/granularity",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/granularity/type",keyword:"type",params:{
type:"integer"}};vErrors===null?vErrors=[err107]:vErrors.push(err107),errors++}if(typeof data52=="number"&&isFinite(data52)){
if(data52>67108864||isNaN(data52)){let err108={instancePath:instancePath+"/steps/"+i0+"/blockcopy/granularity",schemaPath:"\
#/properties/steps/items/properties/blockcopy/properties/granularity/maximum",keyword:"maximum",params:{comparison:"<=",
limit:67108864}};vErrors===null?vErrors=[err108]:vErrors.push(err108),errors++}if(data52<512||isNaN(data52)){let err109={
instancePath:instancePath+"/steps/"+i0+"/blockcopy/granularity",schemaPath:"#/properties/steps/items/properties/blockcop\
y/properties/granularity/minimum",keyword:"minimum",params:{comparison:">=",limit:512}};vErrors===null?vErrors=[err109]:
vErrors.push(err109),errors++}}}if(data43["buf-size"]!==void 0){let data53=data43["buf-size"];if(!(typeof data53=="numbe\
r"&&!(data53%1)&&!isNaN(data53)&&isFinite(data53))){let err110={instancePath:instancePath+"/steps/"+i0+"/blockcopy/buf-s\
ize",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/buf-size/type",keyword:"type",params:{type:"in\
teger"}};vErrors===null?vErrors=[err110]:vErrors.push(err110),errors++}if(typeof data53=="number"&&isFinite(data53)&&(data53<
0||isNaN(data53))){let err111={instancePath:instancePath+"/steps/"+i0+"/blockcopy/buf-size",schemaPath:"#/properties/ste\
ps/items/properties/blockcopy/properties/buf-size/minimum",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===
null?vErrors=[err111]:vErrors.push(err111),errors++}}if(data43.timeout!==void 0){let data54=data43.timeout;if(!(typeof data54==
"number"&&!(data54%1)&&!isNaN(data54)&&isFinite(data54))){let err112={instancePath:instancePath+"/steps/"+i0+"/blockcopy\
/timeout",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/timeout/type",keyword:"type",params:{type:"\
integer"}};vErrors===null?vErrors=[err112]:vErrors.push(err112),errors++}if(typeof data54=="number"&&isFinite(data54)&&(data54<
1||isNaN(data54))){let err113={instancePath:instancePath+"/steps/"+i0+"/blockcopy/timeout",schemaPath:"#/properties/step\
s/items/properties/blockcopy/properties/timeout/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===null?
vErrors=[err113]:vErrors.push(err113),errors++}}if(data43.pivot!==void 0&&typeof data43.pivot!="boolean"){let err114={instancePath:instancePath+
"/steps/"+i0+"/blockcopy/pivot",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/pivot/type",keyword:"\
type",params:{type:"boolean"}};vErrors===null?vErrors=[err114]:vErrors.push(err114),errors++}if(data43.finish!==void 0&&
typeof data43.finish!="boolean"){let err115={instancePath:instancePath+"/steps/"+i0+"/blockcopy/finish",schemaPath:"#/pr\
operties/steps/items/properties/blockcopy/properties/finish/type",keyword:"type",params:{type:"boolean"}};vErrors===null?
vErrors=[err115]:vErrors.push(err115),errors++}if(data43["transient-job"]!==void 0&&typeof data43["transient-job"]!="boo\
lean"){let err116={instancePath:instancePath+"/steps/"+i0+"/blockcopy/transient-job",schemaPath:"#/properties/steps/item\
s/properties/blockcopy/properties/transient-job/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err116]:
vErrors.push(err116),errors++}if(data43["synchronous-writes"]!==void 0&&typeof data43["synchronous-writes"]!="boolean"){
let err117={instancePath:instancePath+"/steps/"+i0+"/blockcopy/synchronous-writes",schemaPath:"#/properties/steps/items/\
properties/blockcopy/properties/synchronous-writes/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=
[err117]:vErrors.push(err117),errors++}}else{let err118={instancePath:instancePath+"/steps/"+i0+"/blockcopy",schemaPath:"\
#/properties/steps/items/properties/blockcopy/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err118]:
vErrors.push(err118),errors++}}if(data11.blockcommit!==void 0){let data59=data11.blockcommit;if(data59&&typeof data59=="\
object"&&!Array.isArray(data59)){if(data59.disk===void 0){let err119={instancePath:instancePath+"/steps/"+i0+"/blockcomm\
it",schemaPath:"#/properties/steps/items/properties/blockcommit/required",keyword:"required",params:{missingProperty:"di\
sk"}};vErrors===null?vErrors=[err119]:vErrors.push(err119),errors++}for(let key11 in data59)if(!func2.call(schema31.properties.
steps.items.properties.blockcommit.properties,key11)){let err120={instancePath:instancePath+"/steps/"+i0+"/blockcommit",
schemaPath:"#/properties/steps/items/properties/blockcommit/additionalProperties",keyword:"additionalProperties",params:{
additionalProperty:key11}};vErrors===null?vErrors=[err120]:vErrors.push(err120),errors++}if(data59.disk!==void 0){let data60=data59.
disk;if(typeof data60=="string"){if(func1(data60)<1){let err121={instancePath:instancePath+"/steps/"+i0+"/blockcommit/di\
sk",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/disk/minLength",keyword:"minLength",params:{limit:1}};
vErrors===null?vErrors=[err121]:vErrors.push(err121),errors++}}else{let err122={instancePath:instancePath+"/steps/"+i0+"\
/blockcommit/disk",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/disk/type",keyword:"type",params:{
type:"string"}};vErrors===null?vErrors=[err122]:vErrors.push(err122),errors++}}if(data59.base!==void 0){let data61=data59.
base;if(typeof data61=="string"){if(func1(data61)<1){let err123={instancePath:instancePath+"/steps/"+i0+"/blockcommit/ba\
se",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/base/minLength",keyword:"minLength",params:{limit:1}};
vErrors===null?vErrors=[err123]:vErrors.push(err123),errors++}}else{let err124={instancePath:instancePath+"/steps/"+i0+"\
/blockcommit/base",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/base/type",keyword:"type",params:{
type:"string"}};vErrors===null?vErrors=[err124]:vErrors.push(err124),errors++}}if(data59.shallow!==void 0&&typeof data59.
shallow!="boolean"){let err125={instancePath:instancePath+"/steps/"+i0+"/blockcommit/shallow",schemaPath:"#/properties/s\
teps/items/properties/blockcommit/properties/shallow/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=
[err125]:vErrors.push(err125),errors++}if(data59.top!==void 0){let data63=data59.top;if(typeof data63=="string"){if(func1(
data63)<1){let err126={instancePath:instancePath+"/steps/"+i0+"/blockcommit/top",schemaPath:"#/properties/steps/items/pr\
operties/blockcommit/properties/top/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err126]:vErrors.
push(err126),errors++}}else{let err127={instancePath:instancePath+"/steps/"+i0+"/blockcommit/top",schemaPath:"#/properti\
es/steps/items/properties/blockcommit/properties/top/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=
[err127]:vErrors.push(err127),errors++}}if(data59.active!==void 0&&typeof data59.active!="boolean"){let err128={instancePath:instancePath+
"/steps/"+i0+"/blockcommit/active",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/active/type",keyword:"\
type",params:{type:"boolean"}};vErrors===null?vErrors=[err128]:vErrors.push(err128),errors++}if(data59.pivot!==void 0&&typeof data59.
pivot!="boolean"){let err129={instancePath:instancePath+"/steps/"+i0+"/blockcommit/pivot",schemaPath:"#/properties/steps\
/items/properties/blockcommit/properties/pivot/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err129]:
vErrors.push(err129),errors++}if(data59["keep-overlay"]!==void 0&&typeof data59["keep-overlay"]!="boolean"){let err130={
instancePath:instancePath+"/steps/"+i0+"/blockcommit/keep-overlay",schemaPath:"#/properties/steps/items/properties/block\
commit/properties/keep-overlay/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err130]:vErrors.push(
err130),errors++}if(data59.delete!==void 0&&typeof data59.delete!="boolean"){let err131={instancePath:instancePath+"/ste\
ps/"+i0+"/blockcommit/delete",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/delete/type",keyword:"\
type",params:{type:"boolean"}};vErrors===null?vErrors=[err131]:vErrors.push(err131),errors++}if(data59.quarantine!==void 0){
let data68=data59.quarantine;if(typeof data68=="string"){if(func1(data68)<1){let err132={instancePath:instancePath+"/ste\
ps/"+i0+"/blockcommit/quarantine",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/quarantine/minL\
ength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err132]:vErrors.push(err132),errors++}}else{let err133={
instancePath:instancePath+"/steps/"+i0+"/blockcommit/quarantine",schemaPath:"#/properties/steps/items/properties/blockco\
mmit/properties/quarantine/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err133]:vErrors.push(err133),
errors++}}if(data59["keep-relative"]!==void 0&&typeof data59["keep-relative"]!="boolean"){let err134={instancePath:instancePath+
"/steps/"+i0+"/blockcommit/keep-relative",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/keep-re\
lative/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err134]:vErrors.push(err134),errors++}if(data59.
bandwidth!==void 0){let data70=data59.bandwidth;if(!(typeof data70=="number"&&!(data70%1)&&!isNaN(data70)&&isFinite(data70))){
let err135={instancePath:instancePath+"/steps/"+i0+"/blockcommit/bandwidth",schemaPath:"#/properties/steps/items/propert\
ies/blockcommit/properties/bandwidth/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err135]:vErrors.
push(err135),errors++}if(typeof data70=="number"&&isFinite(data70)&&(data70<1||isNaN(data70))){let err136={instancePath:instancePath+
"/steps/"+i0+"/blockcommit/bandwidth",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/bandwidth/m\
inimum",keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===null?vErrors=[err136]:vErrors.push(err136),errors++}}
if(data59.bytes!==void 0&&typeof data59.bytes!="boolean"){let err137={instancePath:instancePath+"/steps/"+i0+"/blockcomm\
it/bytes",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/bytes/type",keyword:"type",params:{type:"\
boolean"}};vErrors===null?vErrors=[err137]:vErrors.push(err137),errors++}if(data59.timeout!==void 0){let data72=data59.timeout;
if(!(typeof data72=="number"&&!(data72%1)&&!isNaN(data72)&&isFinite(data72))){let err138={instancePath:instancePath+"/st\
eps/"+i0+"/blockcommit/timeout",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/timeout/type",keyword:"\
type",params:{type:"integer"}};vErrors===null?vErrors=[err138]:vErrors.push(err138),errors++}if(typeof data72=="number"&&
isFinite(data72)&&(data72<1||isNaN(data72))){let err139={instancePath:instancePath+"/steps/"+i0+"/blockcommit/timeout",schemaPath:"\
#/properties/steps/items/properties/blockcommit/properties/timeout/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};
vErrors===null?vErrors=[err139]:vErrors.push(err139),errors++}}}else{let err140={instancePath:instancePath+"/steps/"+i0+
"/blockcommit",schemaPath:"#/properties/steps/items/properties/blockcommit/type",keyword:"type",params:{type:"object"}};
vErrors===null?vErrors=[err140]:vErrors.push(err140),errors++}}if(data11.blockpull!==void 0){let data73=data11.blockpull;
if(data73&&typeof data73=="object"&&!Array.isArray(data73)){if(data73.disk===void 0){let err141={instancePath:instancePath+
"/steps/"+i0+"/blockpull",schemaPath:"#/properties/steps/items/properties/blockpull/required",keyword:"required",params:{
missingProperty:"disk"}};vErrors===null?vErrors=[err141]:vErrors.push(err141),errors++}for(let key12 in data73)if(!(key12===
"disk"||key12==="base"||key12==="keep-relative"||key12==="bandwidth"||key12==="bytes"||key12==="timeout")){let err142={instancePath:instancePath+
"/steps/"+i0+"/blockpull",schemaPath:"#/properties/steps/items/properties/blockpull/additionalProperties",keyword:"addit\
ionalProperties",params:{additionalProperty:key12}};vErrors===null?vErrors=[err142]:vErrors.push(err142),errors++}if(data73.
disk!==void 0){let data74=data73.disk;if(typeof data74=="string"){if(func1(data74)<1){let err143={instancePath:instancePath+
"/steps/"+i0+"/blockpull/disk",schemaPath:"#/properties/steps/items/properties/blockpull/properties/disk/minLength",keyword:"\
minLength",params:{limit:1}};vErrors===null?vErrors=[err143]:vErrors.push(err143),errors++}}else{let err144={instancePath:instancePath+
"/steps/"+i0+"/blockpull/disk",schemaPath:"#/properties/steps/items/properties/blockpull/properties/disk/type",keyword:"\
type",params:{type:"string"}};vErrors===null?vErrors=[err144]:vErrors.push(err144),errors++}}if(data73.base!==void 0){let data75=data73.
base;if(typeof data75=="string"){if(func1(data75)<1){let err145={instancePath:instancePath+"/steps/"+i0+"/blockpull/base",
schemaPath:"#/properties/steps/items/properties/blockpull/properties/base/minLength",keyword:"minLength",params:{limit:1}};
vErrors===null?vErrors=[err145]:vErrors.push(err145),errors++}}else{let err146={instancePath:instancePath+"/steps/"+i0+"\
/blockpull/base",schemaPath:"#/properties/steps/items/properties/blockpull/properties/base/type",keyword:"type",params:{
type:"string"}};vErrors===null?vErrors=[err146]:vErrors.push(err146),errors++}}if(data73["keep-relative"]!==void 0&&typeof data73["\
keep-relative"]!="boolean"){let err147={instancePath:instancePath+"/steps/"+i0+"/blockpull/keep-relative",schemaPath:"#/\
properties/steps/items/properties/blockpull/properties/keep-relative/type",keyword:"type",params:{type:"boolean"}};vErrors===
null?vErrors=[err147]:vErrors.push(err147),errors++}if(data73.bandwidth!==void 0){let data77=data73.bandwidth;if(!(typeof data77==
"number"&&!(data77%1)&&!isNaN(data77)&&isFinite(data77))){let err148={instancePath:instancePath+"/steps/"+i0+"/blockpull\
/bandwidth",schemaPath:"#/properties/steps/items/properties/blockpull/properties/bandwidth/type",keyword:"type",params:{
type:"integer"}};vErrors===null?vErrors=[err148]:vErrors.push(err148),errors++}if(typeof data77=="number"&&isFinite(data77)&&
(data77<1||isNaN(data77))){let err149={instancePath:instancePath+"/steps/"+i0+"/blockpull/bandwidth",schemaPath:"#/prope\
rties/steps/items/properties/blockpull/properties/bandwidth/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};
vErrors===null?vErrors=[err149]:vErrors.push(err149),errors++}}if(data73.bytes!==void 0&&typeof data73.bytes!="boolean"){
let err150={instancePath:instancePath+"/steps/"+i0+"/blockpull/bytes",schemaPath:"#/properties/steps/items/properties/bl\
ockpull/properties/bytes/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err150]:vErrors.push(err150),
errors++}if(data73.timeout!==void 0){let data79=data73.timeout;if(!(typeof data79=="number"&&!(data79%1)&&!isNaN(data79)&&
isFinite(data79))){let err151={instancePath:instancePath+"/steps/"+i0+"/blockpull/timeout",schemaPath:"#/properties/step\
s/items/properties/blockpull/properties/timeout/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err151]:
vErrors.push(err151),errors++}if(typeof data79=="number"&&isFinite(data79)&&(data79<1||isNaN(data79))){let err152={instancePath:instancePath+
"/steps/"+i0+"/blockpull/timeout",schemaPath:"#/properties/steps/items/properties/blockpull/properties/timeout/minimum",
keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===null?vErrors=[err152]:vErrors.push(err152),errors++}}}else{
let err153={instancePath:instancePath+"/steps/"+i0+"/blockpull",schemaPath:"#/properties/steps/items/properties/blockpul\
l/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err153]:vErrors.push(err153),errors++}}if(data11.
undefine!==void 0){let data80=data11.undefine;if(data80&&typeof data80=="object"&&!Array.isArray(data80)){for(let key13 in data80)
if(!(key13==="keep-nvram"||key13==="keep-tpm"||key13==="snapshots-metadata"||key13==="checkpoints-metadata")){let err154={
instancePath:instancePath+"/steps/"+i0+"/undefine",schemaPath:"#/properties/steps/items/properties/undefine/additionalPr\
operties",keyword:"additionalProperties",params:{additionalProperty:key13}};vErrors===null?vErrors=[err154]:vErrors.push(
err154),errors++}if(data80["keep-nvram"]!==void 0&&typeof data80["keep-nvram"]!="boolean"){let err155={instancePath:instancePath+
"/steps/"+i0+"/undefine/keep-nvram",schemaPath:"#/properties/steps/items/properties/undefine/properties/keep-nvram/type",
keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err155]:vErrors.push(err155),errors++}if(data80["keep-tp\
m"]!==void 0&&typeof data80["keep-tpm"]!="boolean"){let err156={instancePath:instancePath+"/steps/"+i0+"/undefine/keep-t\
pm",schemaPath:"#/properties/steps/items/properties/undefine/properties/keep-tpm/type",keyword:"type",params:{type:"bool\
ean"}};vErrors===null?vErrors=[err156]:vErrors.push(err156),errors++}if(data80["snapshots-metadata"]!==void 0&&typeof data80["\
snapshots-metadata"]!="boolean"){let err157={instancePath:instancePath+"/steps/"+i0+"/undefine/snapshots-metadata",schemaPath:"\
#/properties/steps/items/properties/undefine/properties/snapshots-metadata/type",keyword:"type",params:{type:"boolean"}};
vErrors===null?vErrors=[err157]:vErrors.push(err157),errors++}if(data80["checkpoints-metadata"]!==void 0&&typeof data80["\
checkpoints-metadata"]!="boolean"){let err158={instancePath:instancePath+"/steps/"+i0+"/undefine/checkpoints-metadata",schemaPath:"\
#/properties/steps/items/properties/undefine/properties/checkpoints-metadata/type",keyword:"type",params:{type:"boolean"}};
vErrors===null?vErrors=[err158]:vErrors.push(err158),errors++}}else{let err159={instancePath:instancePath+"/steps/"+i0+"\
/undefine",schemaPath:"#/properties/steps/items/properties/undefine/type",keyword:"type",params:{type:"object"}};vErrors===
null?vErrors=[err159]:vErrors.push(err159),errors++}}if(data11.redefine!==void 0){let data85=data11.redefine;if(data85&&
typeof data85=="object"&&!Array.isArray(data85)){for(let key14 in data85)if(!(key14==="disk"||key14==="source")){let err160={
instancePath:instancePath+"/steps/"+i0+"/redefine",schemaPath:"#/properties/steps/items/properties/redefine/additionalPr\
operties",keyword:"additionalProperties",params:{additionalProperty:key14}};vErrors===null?vErrors=[err160]:vErrors.push(
err160),errors++}if(data85.disk!==void 0){let data86=data85.disk;if(typeof data86=="string"){if(func1(data86)<1){let err161={
instancePath:instancePath+"/steps/"+i0+"/redefine/disk",schemaPath:"#/properties/steps/items/properties/redefine/propert\
ies/disk/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err161]:vErrors.push(err161),errors++}}else{
let err162={instancePath:instancePath+"/steps/"+i0+"/redefine/disk",schemaPath:"#/properties/steps/items/properties/rede\
fine/properties/disk/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err162]:vErrors.push(err162),errors++}}
if(data85.source!==void 0){let data87=data85.source;if(typeof data87=="string"){if(func1(data87)<1){let err163={instancePath:instancePath+
"/steps/"+i0+"/redefine/source",schemaPath:"#/properties/steps/items/properties/redefine/properties/source/minLength",keyword:"\
minLength",params:{limit:1}};vErrors===null?vErrors=[err163]:vErrors.push(err163),errors++}}else{let err164={instancePath:instancePath+
"/steps/"+i0+"/redefine/source",schemaPath:"#/properties/steps/items/properties/redefine/properties/source/type",keyword:"\
type",params:{type:"string"}};vErrors===null?vErrors=[err164]:vErrors.push(err164),errors++}}}else{let err165={instancePath:instancePath+
"/steps/"+i0+"/redefine",schemaPath:"#/properties/steps/items/properties/redefine/type",keyword:"type",params:{type:"obj\
ect"}};vErrors===null?vErrors=[err165]:vErrors.push(err165),errors++}}if(data11.convert!==void 0){let data88=data11.convert;
if(data88&&typeof data88=="object"&&!Array.isArray(data88)){if(data88.source===void 0){let err166={instancePath:instancePath+
"/steps/"+i0+"/convert",schemaPath:"#/properties/steps/items/properties/convert/required",keyword:"required",params:{missingProperty:"\
source"}};vErrors===null?vErrors=[err166]:vErrors.push(err166),errors++}if(data88.dest===void 0){let err167={instancePath:instancePath+
"/steps/"+i0+"/convert",schemaPath:"#/properties/steps/items/properties/convert/required",keyword:"required",params:{missingProperty:"\
dest"}};vErrors===null?vErrors=[err167]:vErrors.push(err167),errors++}for(let key15 in data88)if(!func2.call(schema31.properties.
steps.items.properties.convert.properties,key15)){let err168={instancePath:instancePath+"/steps/"+i0+"/convert",schemaPath:"\
#/properties/steps/items/properties/convert/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key15}};
vErrors===null?vErrors=[err168]:vErrors.push(err168),errors++}if(data88.source!==void 0){let data89=data88.source;if(typeof data89==
"string"){if(func1(data89)<1){let err169={instancePath:instancePath+"/steps/"+i0+"/convert/source",schemaPath:"#/propert\
ies/steps/items/properties/convert/properties/source/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=
[err169]:vErrors.push(err169),errors++}}else{let err170={instancePath:instancePath+"/steps/"+i0+"/convert/source",schemaPath:"\
#/properties/steps/items/properties/convert/properties/source/type",keyword:"type",params:{type:"string"}};vErrors===null?
vErrors=[err170]:vErrors.push(err170),errors++}}if(data88.dest!==void 0){let data90=data88.dest;if(typeof data90=="strin\
g"){if(func1(data90)<1){let err171={instancePath:instancePath+"/steps/"+i0+"/convert/dest",schemaPath:"#/properties/step\
s/items/properties/convert/properties/dest/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err171]:
vErrors.push(err171),errors++}}else{let err172={instancePath:instancePath+"/steps/"+i0+"/convert/dest",schemaPath:"#/pro\
perties/steps/items/properties/convert/properties/dest/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=
[err172]:vErrors.push(err172),errors++}}if(data88["source-format"]!==void 0){let data91=data88["source-format"];if(typeof data91!=
"string"){let err173={instancePath:instancePath+"/steps/"+i0+"/convert/source-format",schemaPath:"#/properties/steps/ite\
ms/properties/convert/properties/source-format/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err173]:
vErrors.push(err173),errors++}if(!(data91==="qcow2"||data91==="raw"||data91==="vmdk"||data91==="vdi"||data91==="vhdx"||data91===
"qed")){let err174={instancePath:instancePath+"/steps/"+i0+"/convert/source-format",schemaPath:"#/properties/steps/items\
/properties/convert/properties/source-format/enum",keyword:"enum",params:{allowedValues:schema31.properties.steps.items.
properties.convert.properties["source-format"].enum}};vErrors===null?vErrors=[err174]:vErrors.push(err174),errors++}}if(data88["\
target-format"]!==void 0){let data92=data88["target-format"];if(typeof data92!="string"){let err175={instancePath:instancePath+
"/steps/"+i0+"/convert/target-format",schemaPath:"#/properties/steps/items/properties/convert/properties/target-format/t\
ype",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err175]:vErrors.push(err175),errors++}if(!(data92===
"qcow2"||data92==="raw"||data92==="vmdk"||data92==="vdi"||data92==="vhdx")){let err176={instancePath:instancePath+"/step\
s/"+i0+"/convert/target-format",schemaPath:"#/properties/steps/items/properties/convert/properties/target-format/enum",keyword:"\
enum",params:{allowedValues:schema31.properties.steps.items.properties.convert.properties["target-format"].enum}};vErrors===
null?vErrors=[err176]:vErrors.push(err176),errors++}}if(data88.compress!==void 0&&typeof data88.compress!="boolean"){let err177={
instancePath:instancePath+"/steps/"+i0+"/convert/compress",schemaPath:"#/properties/steps/items/properties/convert/prope\
rties/compress/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err177]:vErrors.push(err177),errors++}
if(data88.options!==void 0){let data94=data88.options;if(typeof data94=="string"){if(func1(data94)<1){let err178={instancePath:instancePath+
"/steps/"+i0+"/convert/options",schemaPath:"#/properties/steps/items/properties/convert/properties/options/minLength",keyword:"\
minLength",params:{limit:1}};vErrors===null?vErrors=[err178]:vErrors.push(err178),errors++}}else{let err179={instancePath:instancePath+
"/steps/"+i0+"/convert/options",schemaPath:"#/properties/steps/items/properties/convert/properties/options/type",keyword:"\
type",params:{type:"string"}};vErrors===null?vErrors=[err179]:vErrors.push(err179),errors++}}if(data88["sparse-size"]!==
void 0){let data95=data88["sparse-size"];if(!(typeof data95=="number"&&!(data95%1)&&!isNaN(data95)&&isFinite(data95))){let err180={
instancePath:instancePath+"/steps/"+i0+"/convert/sparse-size",schemaPath:"#/properties/steps/items/properties/convert/pr\
operties/sparse-size/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err180]:vErrors.push(err180),
errors++}if(typeof data95=="number"&&isFinite(data95)&&(data95<0||isNaN(data95))){let err181={instancePath:instancePath+
"/steps/"+i0+"/convert/sparse-size",schemaPath:"#/properties/steps/items/properties/convert/properties/sparse-size/minim\
um",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=[err181]:vErrors.push(err181),errors++}}if(data88.
coroutines!==void 0){let data96=data88.coroutines;if(!(typeof data96=="number"&&!(data96%1)&&!isNaN(data96)&&isFinite(data96))){
let err182={instancePath:instancePath+"/steps/"+i0+"/convert/coroutines",schemaPath:"#/properties/steps/items/properties\
/convert/properties/coroutines/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err182]:vErrors.push(
err182),errors++}if(typeof data96=="number"&&isFinite(data96)){if(data96>16||isNaN(data96)){let err183={instancePath:instancePath+
"/steps/"+i0+"/convert/coroutines",schemaPath:"#/properties/steps/items/properties/convert/properties/coroutines/maximum",
keyword:"maximum",params:{comparison:"<=",limit:16}};vErrors===null?vErrors=[err183]:vErrors.push(err183),errors++}if(data96<
1||isNaN(data96)){let err184={instancePath:instancePath+"/steps/"+i0+"/convert/coroutines",schemaPath:"#/properties/step\
s/items/properties/convert/properties/coroutines/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===
null?vErrors=[err184]:vErrors.push(err184),errors++}}}if(data88["rate-limit"]!==void 0){let data97=data88["rate-limit"];
if(!(typeof data97=="number"&&!(data97%1)&&!isNaN(data97)&&isFinite(data97))){let err185={instancePath:instancePath+"/st\
eps/"+i0+"/convert/rate-limit",schemaPath:"#/properties/steps/items/properties/convert/properties/rate-limit/type",keyword:"\
type",params:{type:"integer"}};vErrors===null?vErrors=[err185]:vErrors.push(err185),errors++}if(typeof data97=="number"&&
isFinite(data97)&&(data97<1||isNaN(data97))){let err186={instancePath:instancePath+"/steps/"+i0+"/convert/rate-limit",schemaPath:"\
#/properties/steps/items/properties/convert/properties/rate-limit/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};
vErrors===null?vErrors=[err186]:vErrors.push(err186),errors++}}}else{let err187={instancePath:instancePath+"/steps/"+i0+
"/convert",schemaPath:"#/properties/steps/items/properties/convert/type",keyword:"type",params:{type:"object"}};vErrors===
null?vErrors=[err187]:vErrors.push(err187),errors++}}}else{let err188={instancePath:instancePath+"/steps/"+i0,schemaPath:"\
#/properties/steps/items/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err188]:vErrors.push(err188),
errors++}}}else{let err189={instancePath:instancePath+"/steps",schemaPath:"#/properties/steps/type",keyword:"type",params:{
type:"array"}};vErrors===null?vErrors=[err189]:vErrors.push(err189),errors++}}if(data["on-failure"]!==void 0){let data98=data["\
on-failure"];if(typeof data98!="string"){let err190={instancePath:instancePath+"/on-failure",schemaPath:"#/properties/on\
-failure/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err190]:vErrors.push(err190),errors++}if(!(data98===
"rollback"||data98==="stop")){let err191={instancePath:instancePath+"/on-failure",schemaPath:"#/properties/on-failure/en\
um",keyword:"enum",params:{allowedValues:schema31.properties["on-failure"].enum}};vErrors===null?vErrors=[err191]:vErrors.
push(err191),errors++}}}else{let err192={instancePath,schemaPath:"#/type",keyword:"type",params:{type:"object"}};vErrors===
null?vErrors=[err192]:vErrors.push(err192),errors++}return validate20.errors=vErrors,errors===0}validate20.evaluated={props:!0,
dynamicProps:!1,dynamicItems:!1};export{stdin_default as default,validate};
