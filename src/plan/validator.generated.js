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
t, a number, true, false, or nothing"}},steps:{type:"array",minItems:1,maxItems:100,description:"Steps of the plan, run \
in this order. Values may refer to `${vars.NAME}`, `${domain}`, `${guest.name}`, `${guest.uuid}`, `${guest.disks.TARGET.\
source}` (the path of the active layer), `${guest.disks.TARGET.format}`, `${run.date}`, `${run.time}` and `${run.id}`. W\
ith TARGET in a variable: `${guest.disks[vars.NAME].source}`.",items:{type:"object",additionalProperties:!1,properties:{
id:{type:"string",title:'a word of a-z, 0-9 and "-"',pattern:"^[a-z0-9][a-z0-9-]{0,62}$",description:"Name of the step; \
its kind unless specified."},"snapshot-create-as":{description:"Switch each disk of the running guest to an overlay, so \
that the file below no longer changes and can be copied.",type:"object",additionalProperties:!1,required:["name"],properties:{
name:{type:"string",minLength:1,pattern:"^[^/.][^/]*$",description:"Name of the snapshot; also the suffix of the overlay\
 file names."},description:{type:"string",description:"Description stored with the snapshot."},"disk-only":{type:"boolea\
n",description:"Snapshot the disks without the memory: each disk continues in an overlay."},atomic:{type:"boolean",description:"\
All disks or none."},quiesce:{type:"boolean",description:"Have the guest agent freeze the guest's file systems during th\
e snapshot. Requires `disk-only`."},"no-metadata":{type:"boolean",description:"Do not record the snapshot in libvirt; on\
ly the chain shows it."},"reuse-external":{type:"boolean",description:"Use existing overlay files that were created for \
the purpose."},live:{type:"boolean",description:"Keep the guest running while its memory is saved. Requires `memspec`."},
validate:{type:"boolean",description:"Have libvirt check the snapshot XML against its schema."},memspec:{type:"object",additionalProperties:!1,
required:["file"],description:"Where to save the memory.",properties:{file:{type:"string",minLength:1,description:"Absol\
ute path."}}},diskspec:{type:"array",minItems:1,description:"What to do with each disk; as with virsh, a disk that is no\
t listed gets an overlay beside its active file.",items:{type:"object",additionalProperties:!1,required:["disk"],properties:{
disk:{type:"string",minLength:1,description:"Target name; `*` for every disk that is not listed by its name."},snapshot:{
type:"string",enum:["external","no"],description:"`no` excludes the disk."},driver:{type:"string",enum:["qcow2","qed"],description:"\
Format of the overlay (default: qcow2)."},file:{type:"string",minLength:1,description:"Absolute path of the overlay."}}}}}},
blockcopy:{description:"Mirror a running disk to another place; then switch to the copy (pivot: a migration) or stay on \
the source (finish: a live backup).",type:"object",additionalProperties:!1,required:["disk","dest"],properties:{disk:{type:"\
string",minLength:1,description:"The target name of the disk, as in `virsh domblklist`: `vda`."},dest:{type:"string",minLength:1,
description:"Absolute path of the copy."},format:{type:"string",enum:["qcow2","raw"],description:"Format of the copy (de\
fault: the format of the source)."},shallow:{type:"boolean",description:"Copy the active layer only; the copy shares the\
 backing chain."},"reuse-external":{type:"boolean",description:"Copy into an existing file that was created for the purp\
ose; its content is overwritten. Requires `format`."},blockdev:{type:"boolean",description:"`dest` is a block device, no\
t a file."},bandwidth:{type:"integer",minimum:1,description:"Speed limit in MiB/s (in bytes/s with `bytes`)."},bytes:{type:"\
boolean",description:"`bandwidth` is in bytes/s."},granularity:{type:"integer",minimum:512,maximum:67108864,description:"\
Granularity of the copy in bytes, a power of two."},"buf-size":{type:"integer",minimum:0,description:"Data in flight bet\
ween source and copy, in bytes."},timeout:{type:"integer",minimum:1,description:"Cancel the copy and roll back if it is \
not ready after this many seconds (default: one day)."},pivot:{type:"boolean",description:"Switch the guest to the copy \
once both are equal: a migration."},finish:{type:"boolean",description:"Keep the guest on the source once both are equal\
: a live backup."},"transient-job":{type:"boolean",description:"Accept that the job ends with the guest; always set if t\
he domain is persistent."},"synchronous-writes":{type:"boolean",description:"Complete a write of the guest only after bo\
th sides have it (libvirt 8.0)."}}},blockcommit:{description:"Merge layers of a running disk into a layer below them, to\
 shorten the backing chain.",type:"object",additionalProperties:!1,required:["disk"],properties:{disk:{type:"string",minLength:1,
description:"The target name of the disk, as in `virsh domblklist`: `vda`."},base:{type:"string",minLength:1,description:"\
The layer that receives the data: its path, or its position in the chain, such as `vda[2]`."},shallow:{type:"boolean",description:"\
Commit into the layer directly below `top`."},top:{type:"string",minLength:1,description:"The topmost layer to commit: i\
ts path or position; with `active`, the active layer."},active:{type:"boolean",description:"Commit the active layer; req\
uires `pivot` or `keep-overlay`."},pivot:{type:"boolean",description:"Switch the guest to the base at the end; implies `\
active`."},"keep-overlay":{type:"boolean",description:"Keep the guest on the active layer once the base holds the same d\
ata; implies `active`."},delete:{type:"boolean",description:"Remove the committed files once they are proven unused."},quarantine:{
type:"string",minLength:1,description:"Move the committed files to this folder, on the same file system, instead of remo\
ving them."},"keep-relative":{type:"boolean",description:"Keep relative backing file names relative."},bandwidth:{type:"\
integer",minimum:1,description:"Speed limit in MiB/s (in bytes/s with `bytes`)."},bytes:{type:"boolean",description:"`ba\
ndwidth` is in bytes/s."},timeout:{type:"integer",minimum:1,description:"Cancel the commit and roll back if it takes mor\
e than this many seconds (default: one day)."}}},blockpull:{description:"Copy the data of the layers below into the acti\
ve layer of a running disk, so that it no longer needs them.",type:"object",additionalProperties:!1,required:["disk"],properties:{
disk:{type:"string",minLength:1,description:"The target name of the disk, as in `virsh domblklist`: `vda`."},base:{type:"\
string",minLength:1,description:"The layer that stays below the active one: its path, or its position in the chain, such\
 as `vda[2]`. Default: no layer stays."},"keep-relative":{type:"boolean",description:"Keep the relative name of `base` i\
n the header. Requires `base`."},bandwidth:{type:"integer",minimum:1,description:"Speed limit in MiB/s (in bytes/s with \
`bytes`)."},bytes:{type:"boolean",description:"`bandwidth` is in bytes/s."},timeout:{type:"integer",minimum:1,description:"\
Cancel the pull and roll back if it takes more than this many seconds (default: one day)."}}},undefine:{description:"Mak\
e the running domain transient; its definition, autostart, and snapshot and checkpoint metadata are saved in the journal\
.",type:"object",additionalProperties:!1,properties:{"keep-nvram":{type:"boolean",description:"Keep the guest's NVRAM fi\
le; required if it has one."},"keep-tpm":{type:"boolean",description:"Keep the guest's TPM state (libvirt 8.9); required\
 if it has one."},"snapshots-metadata":{type:"boolean",description:"Remove libvirt's records of the snapshots; the journ\
al keeps their metadata."},"checkpoints-metadata":{type:"boolean",description:"Remove libvirt's records of the checkpoin\
ts; the journal keeps their metadata."}}},redefine:{description:"Restore the saved definition, byte for byte except for \
a disk that has moved, with autostart and metadata.",type:"object",additionalProperties:!1,properties:{disk:{type:"strin\
g",minLength:1,description:"The target name of the disk whose source changes: `vda`."},source:{type:"string",minLength:1,
description:"File that the guest uses, as an absolute path. A `<backingStore/>` that hides layers is removed."}}},convert:{
description:"Copy an image that nothing writes to, with its chain flattened, using `qemu-img convert`: sparse, with para\
llel writes.",type:"object",additionalProperties:!1,required:["source","dest"],properties:{source:{type:"string",minLength:1,
description:"Absolute path of an image that nothing writes to."},dest:{type:"string",minLength:1,description:"Absolute p\
ath of the copy; it must not exist."},"source-format":{type:"string",enum:["qcow2","raw","vmdk","vdi","vhdx","qed"],description:"\
Format of the source (-f; default: its format in the chain)."},"target-format":{type:"string",enum:["qcow2","raw","vmdk",
"vdi","vhdx"],description:"Format of the copy (-O; default: qcow2)."},compress:{type:"boolean",description:"Compress the\
 copy (-c; qcow2 and vmdk)."},options:{type:"string",minLength:1,description:"Options of the copy's format (-o), such as\
 `preallocation=metadata`."},"sparse-size":{type:"integer",minimum:0,description:"Turn runs of at least this many zero b\
ytes into holes (-S; default: 4096; 0: no holes)."},coroutines:{type:"integer",minimum:1,maximum:16,description:"Paralle\
l reads and writes (-m; default: 8)."},"rate-limit":{type:"integer",minimum:1,description:"Speed limit in bytes/s (-r)."}}}}}},
"on-failure":{type:"string",enum:["rollback","stop"],default:"rollback",description:"`rollback` undoes what the run did;\
 `stop` leaves everything as it is and reports that."}}},pattern4=new RegExp("^[a-z0-9][a-z0-9-]{0,62}$","u"),pattern5=new RegExp(
"^[^/\\s-][^/]*$","u"),pattern6=new RegExp("^[A-Za-z_][A-Za-z0-9_-]*$","u"),pattern8=new RegExp("^[^/.][^/]*$","u"),func1=require_ucs2length().
default,func2=Object.prototype.hasOwnProperty;function validate20(data,{instancePath="",parentData,parentDataProperty,rootData=data,
dynamicAnchors={}}={}){let vErrors=null,errors=0,evaluated0=validate20.evaluated;if(evaluated0.dynamicProps&&(evaluated0.
props=void 0),evaluated0.dynamicItems&&(evaluated0.items=void 0),data&&typeof data=="object"&&!Array.isArray(data)){if(data.
plan===void 0){let err0={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"plan"}};vErrors===
null?vErrors=[err0]:vErrors.push(err0),errors++}if(data.name===void 0){let err1={instancePath,schemaPath:"#/required",keyword:"\
required",params:{missingProperty:"name"}};vErrors===null?vErrors=[err1]:vErrors.push(err1),errors++}if(data.domain===void 0){
let err2={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"domain"}};vErrors===null?vErrors=
[err2]:vErrors.push(err2),errors++}if(data.steps===void 0){let err3={instancePath,schemaPath:"#/required",keyword:"requi\
red",params:{missingProperty:"steps"}};vErrors===null?vErrors=[err3]:vErrors.push(err3),errors++}for(let key0 in data)if(!(key0===
"plan"||key0==="name"||key0==="description"||key0==="domain"||key0==="vars"||key0==="steps"||key0==="on-failure")){let err4={
instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key0}};vErrors===
null?vErrors=[err4]:vErrors.push(err4),errors++}if(data.plan!==void 0&&data.plan!=="blockplan/v1"){let err5={instancePath:instancePath+
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
if(data.steps!==void 0){let data6=data.steps;if(Array.isArray(data6)){if(data6.length>100){let err18={instancePath:instancePath+
"/steps",schemaPath:"#/properties/steps/maxItems",keyword:"maxItems",params:{limit:100}};vErrors===null?vErrors=[err18]:
vErrors.push(err18),errors++}if(data6.length<1){let err19={instancePath:instancePath+"/steps",schemaPath:"#/properties/s\
teps/minItems",keyword:"minItems",params:{limit:1}};vErrors===null?vErrors=[err19]:vErrors.push(err19),errors++}let len0=data6.
length;for(let i0=0;i0<len0;i0++){let data7=data6[i0];if(data7&&typeof data7=="object"&&!Array.isArray(data7)){for(let key3 in data7)
if(!(key3==="id"||key3==="snapshot-create-as"||key3==="blockcopy"||key3==="blockcommit"||key3==="blockpull"||key3==="und\
efine"||key3==="redefine"||key3==="convert")){let err20={instancePath:instancePath+"/steps/"+i0,schemaPath:"#/properties\
/steps/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key3}};vErrors===null?vErrors=
[err20]:vErrors.push(err20),errors++}if(data7.id!==void 0){let data8=data7.id;if(typeof data8=="string"){if(!pattern4.test(
data8)){let err21={instancePath:instancePath+"/steps/"+i0+"/id",schemaPath:"#/properties/steps/items/properties/id/patte\
rn",keyword:"pattern",params:{pattern:"^[a-z0-9][a-z0-9-]{0,62}$"}};vErrors===null?vErrors=[err21]:vErrors.push(err21),errors++}}else{
let err22={instancePath:instancePath+"/steps/"+i0+"/id",schemaPath:"#/properties/steps/items/properties/id/type",keyword:"\
type",params:{type:"string"}};vErrors===null?vErrors=[err22]:vErrors.push(err22),errors++}}if(data7["snapshot-create-as"]!==
void 0){let data9=data7["snapshot-create-as"];if(data9&&typeof data9=="object"&&!Array.isArray(data9)){if(data9.name===void 0){
let err23={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as",schemaPath:"#/properties/steps/items/properties/\
snapshot-create-as/required",keyword:"required",params:{missingProperty:"name"}};vErrors===null?vErrors=[err23]:vErrors.
push(err23),errors++}for(let key4 in data9)if(!func2.call(schema31.properties.steps.items.properties["snapshot-create-as"].
properties,key4)){let err24={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as",schemaPath:"#/properties/steps\
/items/properties/snapshot-create-as/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key4}};
vErrors===null?vErrors=[err24]:vErrors.push(err24),errors++}if(data9.name!==void 0){let data10=data9.name;if(typeof data10==
"string"){if(func1(data10)<1){let err25={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/name",schemaPath:"#\
/properties/steps/items/properties/snapshot-create-as/properties/name/minLength",keyword:"minLength",params:{limit:1}};vErrors===
null?vErrors=[err25]:vErrors.push(err25),errors++}if(!pattern8.test(data10)){let err26={instancePath:instancePath+"/step\
s/"+i0+"/snapshot-create-as/name",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/name/pat\
tern",keyword:"pattern",params:{pattern:"^[^/.][^/]*$"}};vErrors===null?vErrors=[err26]:vErrors.push(err26),errors++}}else{
let err27={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/name",schemaPath:"#/properties/steps/items/proper\
ties/snapshot-create-as/properties/name/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err27]:vErrors.
push(err27),errors++}}if(data9.description!==void 0&&typeof data9.description!="string"){let err28={instancePath:instancePath+
"/steps/"+i0+"/snapshot-create-as/description",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/proper\
ties/description/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err28]:vErrors.push(err28),errors++}
if(data9["disk-only"]!==void 0&&typeof data9["disk-only"]!="boolean"){let err29={instancePath:instancePath+"/steps/"+i0+
"/snapshot-create-as/disk-only",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/disk-only/\
type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err29]:vErrors.push(err29),errors++}if(data9.atomic!==
void 0&&typeof data9.atomic!="boolean"){let err30={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/atomic",schemaPath:"\
#/properties/steps/items/properties/snapshot-create-as/properties/atomic/type",keyword:"type",params:{type:"boolean"}};vErrors===
null?vErrors=[err30]:vErrors.push(err30),errors++}if(data9.quiesce!==void 0&&typeof data9.quiesce!="boolean"){let err31={
instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/quiesce",schemaPath:"#/properties/steps/items/properties/sna\
pshot-create-as/properties/quiesce/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err31]:vErrors.
push(err31),errors++}if(data9["no-metadata"]!==void 0&&typeof data9["no-metadata"]!="boolean"){let err32={instancePath:instancePath+
"/steps/"+i0+"/snapshot-create-as/no-metadata",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/proper\
ties/no-metadata/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err32]:vErrors.push(err32),errors++}
if(data9["reuse-external"]!==void 0&&typeof data9["reuse-external"]!="boolean"){let err33={instancePath:instancePath+"/s\
teps/"+i0+"/snapshot-create-as/reuse-external",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/proper\
ties/reuse-external/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err33]:vErrors.push(err33),errors++}
if(data9.live!==void 0&&typeof data9.live!="boolean"){let err34={instancePath:instancePath+"/steps/"+i0+"/snapshot-creat\
e-as/live",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/live/type",keyword:"type",params:{
type:"boolean"}};vErrors===null?vErrors=[err34]:vErrors.push(err34),errors++}if(data9.validate!==void 0&&typeof data9.validate!=
"boolean"){let err35={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/validate",schemaPath:"#/properties/ste\
ps/items/properties/snapshot-create-as/properties/validate/type",keyword:"type",params:{type:"boolean"}};vErrors===null?
vErrors=[err35]:vErrors.push(err35),errors++}if(data9.memspec!==void 0){let data19=data9.memspec;if(data19&&typeof data19==
"object"&&!Array.isArray(data19)){if(data19.file===void 0){let err36={instancePath:instancePath+"/steps/"+i0+"/snapshot-\
create-as/memspec",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/memspec/required",keyword:"\
required",params:{missingProperty:"file"}};vErrors===null?vErrors=[err36]:vErrors.push(err36),errors++}for(let key5 in data19)
if(key5!=="file"){let err37={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/memspec",schemaPath:"#/properti\
es/steps/items/properties/snapshot-create-as/properties/memspec/additionalProperties",keyword:"additionalProperties",params:{
additionalProperty:key5}};vErrors===null?vErrors=[err37]:vErrors.push(err37),errors++}if(data19.file!==void 0){let data20=data19.
file;if(typeof data20=="string"){if(func1(data20)<1){let err38={instancePath:instancePath+"/steps/"+i0+"/snapshot-create\
-as/memspec/file",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/memspec/properties/file/\
minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err38]:vErrors.push(err38),errors++}}else{let err39={
instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/memspec/file",schemaPath:"#/properties/steps/items/propertie\
s/snapshot-create-as/properties/memspec/properties/file/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=
[err39]:vErrors.push(err39),errors++}}}else{let err40={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/memsp\
ec",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/memspec/type",keyword:"type",params:{type:"\
object"}};vErrors===null?vErrors=[err40]:vErrors.push(err40),errors++}}if(data9.diskspec!==void 0){let data21=data9.diskspec;
if(Array.isArray(data21)){if(data21.length<1){let err41={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/dis\
kspec",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/diskspec/minItems",keyword:"minItem\
s",params:{limit:1}};vErrors===null?vErrors=[err41]:vErrors.push(err41),errors++}let len1=data21.length;for(let i1=0;i1<
len1;i1++){let data22=data21[i1];if(data22&&typeof data22=="object"&&!Array.isArray(data22)){if(data22.disk===void 0){let err42={
instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/diskspec/"+i1,schemaPath:"#/properties/steps/items/propertie\
s/snapshot-create-as/properties/diskspec/items/required",keyword:"required",params:{missingProperty:"disk"}};vErrors===null?
vErrors=[err42]:vErrors.push(err42),errors++}for(let key6 in data22)if(!(key6==="disk"||key6==="snapshot"||key6==="drive\
r"||key6==="file")){let err43={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/diskspec/"+i1,schemaPath:"#/p\
roperties/steps/items/properties/snapshot-create-as/properties/diskspec/items/additionalProperties",keyword:"additionalP\
roperties",params:{additionalProperty:key6}};vErrors===null?vErrors=[err43]:vErrors.push(err43),errors++}if(data22.disk!==
void 0){let data23=data22.disk;if(typeof data23=="string"){if(func1(data23)<1){let err44={instancePath:instancePath+"/st\
eps/"+i0+"/snapshot-create-as/diskspec/"+i1+"/disk",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/p\
roperties/diskspec/items/properties/disk/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err44]:
vErrors.push(err44),errors++}}else{let err45={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/diskspec/"+i1+
"/disk",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/diskspec/items/properties/disk/typ\
e",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err45]:vErrors.push(err45),errors++}}if(data22.snapshot!==
void 0){let data24=data22.snapshot;if(typeof data24!="string"){let err46={instancePath:instancePath+"/steps/"+i0+"/snaps\
hot-create-as/diskspec/"+i1+"/snapshot",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/di\
skspec/items/properties/snapshot/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err46]:vErrors.push(
err46),errors++}if(!(data24==="external"||data24==="no")){let err47={instancePath:instancePath+"/steps/"+i0+"/snapshot-c\
reate-as/diskspec/"+i1+"/snapshot",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/diskspe\
c/items/properties/snapshot/enum",keyword:"enum",params:{allowedValues:schema31.properties.steps.items.properties["snaps\
hot-create-as"].properties.diskspec.items.properties.snapshot.enum}};vErrors===null?vErrors=[err47]:vErrors.push(err47),
errors++}}if(data22.driver!==void 0){let data25=data22.driver;if(typeof data25!="string"){let err48={instancePath:instancePath+
"/steps/"+i0+"/snapshot-create-as/diskspec/"+i1+"/driver",schemaPath:"#/properties/steps/items/properties/snapshot-creat\
e-as/properties/diskspec/items/properties/driver/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err48]:
vErrors.push(err48),errors++}if(!(data25==="qcow2"||data25==="qed")){let err49={instancePath:instancePath+"/steps/"+i0+"\
/snapshot-create-as/diskspec/"+i1+"/driver",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/propertie\
s/diskspec/items/properties/driver/enum",keyword:"enum",params:{allowedValues:schema31.properties.steps.items.properties["\
snapshot-create-as"].properties.diskspec.items.properties.driver.enum}};vErrors===null?vErrors=[err49]:vErrors.push(err49),
errors++}}if(data22.file!==void 0){let data26=data22.file;if(typeof data26=="string"){if(func1(data26)<1){let err50={instancePath:instancePath+
"/steps/"+i0+"/snapshot-create-as/diskspec/"+i1+"/file",schemaPath:"#/properties/steps/items/properties/snapshot-create-\
as/properties/diskspec/items/properties/file/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err50]:
vErrors.push(err50),errors++}}else{let err51={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/diskspec/"+i1+
"/file",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/properties/diskspec/items/properties/file/typ\
e",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err51]:vErrors.push(err51),errors++}}}else{let err52={
instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/diskspec/"+i1,schemaPath:"#/properties/steps/items/propertie\
s/snapshot-create-as/properties/diskspec/items/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err52]:
vErrors.push(err52),errors++}}}else{let err53={instancePath:instancePath+"/steps/"+i0+"/snapshot-create-as/diskspec",schemaPath:"\
#/properties/steps/items/properties/snapshot-create-as/properties/diskspec/type",keyword:"type",params:{type:"array"}};vErrors===
null?vErrors=[err53]:vErrors.push(err53),errors++}}}else{let err54={instancePath:instancePath+"/steps/"+i0+"/snapshot-cr\
eate-as",schemaPath:"#/properties/steps/items/properties/snapshot-create-as/type",keyword:"type",params:{type:"object"}};
vErrors===null?vErrors=[err54]:vErrors.push(err54),errors++}}if(data7.blockcopy!==void 0){let data27=data7.blockcopy;if(data27&&
typeof data27=="object"&&!Array.isArray(data27)){if(data27.disk===void 0){let err55={instancePath:instancePath+"/steps/"+
i0+"/blockcopy",schemaPath:"#/properties/steps/items/properties/blockcopy/required",keyword:"required",params:{missingProperty:"\
disk"}};vErrors===null?vErrors=[err55]:vErrors.push(err55),errors++}if(data27.dest===void 0){let err56={instancePath:instancePath+
"/steps/"+i0+"/blockcopy",schemaPath:"#/properties/steps/items/properties/blockcopy/required",keyword:"required",params:{
missingProperty:"dest"}};vErrors===null?vErrors=[err56]:vErrors.push(err56),errors++}for(let key7 in data27)if(!func2.call(
schema31.properties.steps.items.properties.blockcopy.properties,key7)){let err57={instancePath:instancePath+"/steps/"+i0+
"/blockcopy",schemaPath:"#/properties/steps/items/properties/blockcopy/additionalProperties",keyword:"additionalProperti\
es",params:{additionalProperty:key7}};vErrors===null?vErrors=[err57]:vErrors.push(err57),errors++}if(data27.disk!==void 0){
let data28=data27.disk;if(typeof data28=="string"){if(func1(data28)<1){let err58={instancePath:instancePath+"/steps/"+i0+
"/blockcopy/disk",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/disk/minLength",keyword:"minLengt\
h",params:{limit:1}};vErrors===null?vErrors=[err58]:vErrors.push(err58),errors++}}else{let err59={instancePath:instancePath+
"/steps/"+i0+"/blockcopy/disk",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/disk/type",keyword:"\
type",params:{type:"string"}};vErrors===null?vErrors=[err59]:vErrors.push(err59),errors++}}if(data27.dest!==void 0){let data29=data27.
dest;if(typeof data29=="string"){if(func1(data29)<1){let err60={instancePath:instancePath+"/steps/"+i0+"/blockcopy/dest",
schemaPath:"#/properties/steps/items/properties/blockcopy/properties/dest/minLength",keyword:"minLength",params:{limit:1}};
vErrors===null?vErrors=[err60]:vErrors.push(err60),errors++}}else{let err61={instancePath:instancePath+"/steps/"+i0+"/bl\
ockcopy/dest",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/dest/type",keyword:"type",params:{type:"\
string"}};vErrors===null?vErrors=[err61]:vErrors.push(err61),errors++}}if(data27.format!==void 0){let data30=data27.format;
if(typeof data30!="string"){let err62={instancePath:instancePath+"/steps/"+i0+"/blockcopy/format",schemaPath:"#/properti\
es/steps/items/properties/blockcopy/properties/format/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=
[err62]:vErrors.push(err62),errors++}if(!(data30==="qcow2"||data30==="raw")){let err63={instancePath:instancePath+"/step\
s/"+i0+"/blockcopy/format",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/format/enum",keyword:"en\
um",params:{allowedValues:schema31.properties.steps.items.properties.blockcopy.properties.format.enum}};vErrors===null?vErrors=
[err63]:vErrors.push(err63),errors++}}if(data27.shallow!==void 0&&typeof data27.shallow!="boolean"){let err64={instancePath:instancePath+
"/steps/"+i0+"/blockcopy/shallow",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/shallow/type",keyword:"\
type",params:{type:"boolean"}};vErrors===null?vErrors=[err64]:vErrors.push(err64),errors++}if(data27["reuse-external"]!==
void 0&&typeof data27["reuse-external"]!="boolean"){let err65={instancePath:instancePath+"/steps/"+i0+"/blockcopy/reuse-\
external",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/reuse-external/type",keyword:"type",params:{
type:"boolean"}};vErrors===null?vErrors=[err65]:vErrors.push(err65),errors++}if(data27.blockdev!==void 0&&typeof data27.
blockdev!="boolean"){let err66={instancePath:instancePath+"/steps/"+i0+"/blockcopy/blockdev",schemaPath:"#/properties/st\
eps/items/properties/blockcopy/properties/blockdev/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=
[err66]:vErrors.push(err66),errors++}if(data27.bandwidth!==void 0){let data34=data27.bandwidth;if(!(typeof data34=="numb\
er"&&!(data34%1)&&!isNaN(data34)&&isFinite(data34))){let err67={instancePath:instancePath+"/steps/"+i0+"/blockcopy/bandw\
idth",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/bandwidth/type",keyword:"type",params:{type:"\
integer"}};vErrors===null?vErrors=[err67]:vErrors.push(err67),errors++}if(typeof data34=="number"&&isFinite(data34)&&(data34<
1||isNaN(data34))){let err68={instancePath:instancePath+"/steps/"+i0+"/blockcopy/bandwidth",schemaPath:"#/properties/ste\
ps/items/properties/blockcopy/properties/bandwidth/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===
null?vErrors=[err68]:vErrors.push(err68),errors++}}if(data27.bytes!==void 0&&typeof data27.bytes!="boolean"){let err69={
instancePath:instancePath+"/steps/"+i0+"/blockcopy/bytes",schemaPath:"#/properties/steps/items/properties/blockcopy/prop\
erties/bytes/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err69]:vErrors.push(err69),errors++}if(data27.
granularity!==void 0){let data36=data27.granularity;if(!(typeof data36=="number"&&!(data36%1)&&!isNaN(data36)&&isFinite(
data36))){let err70={instancePath:instancePath+"/steps/"+i0+"/blockcopy/granularity",schemaPath:"#/properties/steps/item\
s/properties/blockcopy/properties/granularity/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err70]:
vErrors.push(err70),errors++}if(typeof data36=="number"&&isFinite(data36)){if(data36>67108864||isNaN(data36)){let err71={
instancePath:instancePath+"/steps/"+i0+"/blockcopy/granularity",schemaPath:"#/properties/steps/items/properties/blockcop\
y/properties/granularity/maximum",keyword:"maximum",params:{comparison:"<=",limit:67108864}};vErrors===null?vErrors=[err71]:
vErrors.push(err71),errors++}if(data36<512||isNaN(data36)){let err72={instancePath:instancePath+"/steps/"+i0+"/blockcopy\
/granularity",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/granularity/minimum",keyword:"minimum",
params:{comparison:">=",limit:512}};vErrors===null?vErrors=[err72]:vErrors.push(err72),errors++}}}if(data27["buf-size"]!==
void 0){let data37=data27["buf-size"];if(!(typeof data37=="number"&&!(data37%1)&&!isNaN(data37)&&isFinite(data37))){let err73={
instancePath:instancePath+"/steps/"+i0+"/blockcopy/buf-size",schemaPath:"#/properties/steps/items/properties/blockcopy/p\
roperties/buf-size/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err73]:vErrors.push(err73),errors++}
if(typeof data37=="number"&&isFinite(data37)&&(data37<0||isNaN(data37))){let err74={instancePath:instancePath+"/steps/"+
i0+"/blockcopy/buf-size",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/buf-size/minimum",keyword:"\
minimum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=[err74]:vErrors.push(err74),errors++}}if(data27.timeout!==
void 0){let data38=data27.timeout;if(!(typeof data38=="number"&&!(data38%1)&&!isNaN(data38)&&isFinite(data38))){let err75={
instancePath:instancePath+"/steps/"+i0+"/blockcopy/timeout",schemaPath:"#/properties/steps/items/properties/blockcopy/pr\
operties/timeout/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err75]:vErrors.push(err75),errors++}
if(typeof data38=="number"&&isFinite(data38)&&(data38<1||isNaN(data38))){let err76={instancePath:instancePath+"/steps/"+
i0+"/blockcopy/timeout",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/timeout/minimum",keyword:"m\
inimum",params:{comparison:">=",limit:1}};vErrors===null?vErrors=[err76]:vErrors.push(err76),errors++}}if(data27.pivot!==
void 0&&typeof data27.pivot!="boolean"){let err77={instancePath:instancePath+"/steps/"+i0+"/blockcopy/pivot",schemaPath:"\
#/properties/steps/items/properties/blockcopy/properties/pivot/type",keyword:"type",params:{type:"boolean"}};vErrors===null?
vErrors=[err77]:vErrors.push(err77),errors++}if(data27.finish!==void 0&&typeof data27.finish!="boolean"){let err78={instancePath:instancePath+
"/steps/"+i0+"/blockcopy/finish",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/finish/type",keyword:"\
type",params:{type:"boolean"}};vErrors===null?vErrors=[err78]:vErrors.push(err78),errors++}if(data27["transient-job"]!==
void 0&&typeof data27["transient-job"]!="boolean"){let err79={instancePath:instancePath+"/steps/"+i0+"/blockcopy/transie\
nt-job",schemaPath:"#/properties/steps/items/properties/blockcopy/properties/transient-job/type",keyword:"type",params:{
type:"boolean"}};vErrors===null?vErrors=[err79]:vErrors.push(err79),errors++}if(data27["synchronous-writes"]!==void 0&&typeof data27["\
synchronous-writes"]!="boolean"){let err80={instancePath:instancePath+"/steps/"+i0+"/blockcopy/synchronous-writes",schemaPath:"\
#/properties/steps/items/properties/blockcopy/properties/synchronous-writes/type",keyword:"type",params:{type:"boolean"}};
vErrors===null?vErrors=[err80]:vErrors.push(err80),errors++}}else{let err81={instancePath:instancePath+"/steps/"+i0+"/bl\
ockcopy",schemaPath:"#/properties/steps/items/properties/blockcopy/type",keyword:"type",params:{type:"object"}};vErrors===
null?vErrors=[err81]:vErrors.push(err81),errors++}}if(data7.blockcommit!==void 0){let data43=data7.blockcommit;if(data43&&
typeof data43=="object"&&!Array.isArray(data43)){if(data43.disk===void 0){let err82={instancePath:instancePath+"/steps/"+
i0+"/blockcommit",schemaPath:"#/properties/steps/items/properties/blockcommit/required",keyword:"required",params:{missingProperty:"\
disk"}};vErrors===null?vErrors=[err82]:vErrors.push(err82),errors++}for(let key8 in data43)if(!func2.call(schema31.properties.
steps.items.properties.blockcommit.properties,key8)){let err83={instancePath:instancePath+"/steps/"+i0+"/blockcommit",schemaPath:"\
#/properties/steps/items/properties/blockcommit/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key8}};
vErrors===null?vErrors=[err83]:vErrors.push(err83),errors++}if(data43.disk!==void 0){let data44=data43.disk;if(typeof data44==
"string"){if(func1(data44)<1){let err84={instancePath:instancePath+"/steps/"+i0+"/blockcommit/disk",schemaPath:"#/proper\
ties/steps/items/properties/blockcommit/properties/disk/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?
vErrors=[err84]:vErrors.push(err84),errors++}}else{let err85={instancePath:instancePath+"/steps/"+i0+"/blockcommit/disk",
schemaPath:"#/properties/steps/items/properties/blockcommit/properties/disk/type",keyword:"type",params:{type:"string"}};
vErrors===null?vErrors=[err85]:vErrors.push(err85),errors++}}if(data43.base!==void 0){let data45=data43.base;if(typeof data45==
"string"){if(func1(data45)<1){let err86={instancePath:instancePath+"/steps/"+i0+"/blockcommit/base",schemaPath:"#/proper\
ties/steps/items/properties/blockcommit/properties/base/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?
vErrors=[err86]:vErrors.push(err86),errors++}}else{let err87={instancePath:instancePath+"/steps/"+i0+"/blockcommit/base",
schemaPath:"#/properties/steps/items/properties/blockcommit/properties/base/type",keyword:"type",params:{type:"string"}};
vErrors===null?vErrors=[err87]:vErrors.push(err87),errors++}}if(data43.shallow!==void 0&&typeof data43.shallow!="boolean"){
let err88={instancePath:instancePath+"/steps/"+i0+"/blockcommit/shallow",schemaPath:"#/properties/steps/items/properties\
/blockcommit/properties/shallow/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err88]:vErrors.push(
err88),errors++}if(data43.top!==void 0){let data47=data43.top;if(typeof data47=="string"){if(func1(data47)<1){let err89={
instancePath:instancePath+"/steps/"+i0+"/blockcommit/top",schemaPath:"#/properties/steps/items/properties/blockcommit/pr\
operties/top/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err89]:vErrors.push(err89),errors++}}else{
let err90={instancePath:instancePath+"/steps/"+i0+"/blockcommit/top",schemaPath:"#/properties/steps/items/properties/blo\
ckcommit/properties/top/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err90]:vErrors.push(err90),
errors++}}if(data43.active!==void 0&&typeof data43.active!="boolean"){let err91={instancePath:instancePath+"/steps/"+i0+
"/blockcommit/active",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/active/type",keyword:"type",
params:{type:"boolean"}};vErrors===null?vErrors=[err91]:vErrors.push(err91),errors++}if(data43.pivot!==void 0&&typeof data43.
pivot!="boolean"){let err92={instancePath:instancePath+"/steps/"+i0+"/blockcommit/pivot",schemaPath:"#/properties/steps/\
items/properties/blockcommit/properties/pivot/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err92]:
vErrors.push(err92),errors++}if(data43["keep-overlay"]!==void 0&&typeof data43["keep-overlay"]!="boolean"){let err93={instancePath:instancePath+
"/steps/"+i0+"/blockcommit/keep-overlay",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/keep-ove\
rlay/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err93]:vErrors.push(err93),errors++}if(data43.
delete!==void 0&&typeof data43.delete!="boolean"){let err94={instancePath:instancePath+"/steps/"+i0+"/blockcommit/delete",
schemaPath:"#/properties/steps/items/properties/blockcommit/properties/delete/type",keyword:"type",params:{type:"boolean"}};
vErrors===null?vErrors=[err94]:vErrors.push(err94),errors++}if(data43.quarantine!==void 0){let data52=data43.quarantine;
if(typeof data52=="string"){if(func1(data52)<1){let err95={instancePath:instancePath+"/steps/"+i0+"/blockcommit/quaranti\
ne",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/quarantine/minLength",keyword:"minLength",params:{
limit:1}};vErrors===null?vErrors=[err95]:vErrors.push(err95),errors++}}else{let err96={instancePath:instancePath+"/steps\
/"+i0+"/blockcommit/quarantine",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/quarantine/type",
keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err96]:vErrors.push(err96),errors++}}if(data43["keep-rela\
tive"]!==void 0&&typeof data43["keep-relative"]!="boolean"){let err97={instancePath:instancePath+"/steps/"+i0+"/blockcom\
mit/keep-relative",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/keep-relative/type",keyword:"t\
ype",params:{type:"boolean"}};vErrors===null?vErrors=[err97]:vErrors.push(err97),errors++}if(data43.bandwidth!==void 0){
let data54=data43.bandwidth;if(!(typeof data54=="number"&&!(data54%1)&&!isNaN(data54)&&isFinite(data54))){let err98={instancePath:instancePath+
"/steps/"+i0+"/blockcommit/bandwidth",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/bandwidth/t\
ype",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err98]:vErrors.push(err98),errors++}if(typeof data54==
"number"&&isFinite(data54)&&(data54<1||isNaN(data54))){let err99={instancePath:instancePath+"/steps/"+i0+"/blockcommit/b\
andwidth",schemaPath:"#/properties/steps/items/properties/blockcommit/properties/bandwidth/minimum",keyword:"minimum",params:{
comparison:">=",limit:1}};vErrors===null?vErrors=[err99]:vErrors.push(err99),errors++}}if(data43.bytes!==void 0&&typeof data43.
bytes!="boolean"){let err100={instancePath:instancePath+"/steps/"+i0+"/blockcommit/bytes",schemaPath:"#/properties/steps\
/items/properties/blockcommit/properties/bytes/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err100]:
vErrors.push(err100),errors++}if(data43.timeout!==void 0){let data56=data43.timeout;if(!(typeof data56=="number"&&!(data56%
1)&&!isNaN(data56)&&isFinite(data56))){let err101={instancePath:instancePath+"/steps/"+i0+"/blockcommit/timeout",schemaPath:"\
#/properties/steps/items/properties/blockcommit/properties/timeout/type",keyword:"type",params:{type:"integer"}};vErrors===
null?vErrors=[err101]:vErrors.push(err101),errors++}if(typeof data56=="number"&&isFinite(data56)&&(data56<1||isNaN(data56))){
let err102={instancePath:instancePath+"/steps/"+i0+"/blockcommit/timeout",schemaPath:"#/properties/steps/items/propertie\
s/blockcommit/properties/timeout/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===null?vErrors=[err102]:
vErrors.push(err102),errors++}}}else{let err103={instancePath:instancePath+"/steps/"+i0+"/blockcommit",schemaPath:"#/pro\
perties/steps/items/properties/blockcommit/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err103]:
vErrors.push(err103),errors++}}if(data7.blockpull!==void 0){let data57=data7.blockpull;if(data57&&typeof data57=="object"&&
!Array.isArray(data57)){if(data57.disk===void 0){let err104={instancePath:instancePath+"/steps/"+i0+"/blockpull",schemaPath:"\
#/properties/steps/items/properties/blockpull/required",keyword:"required",params:{missingProperty:"disk"}};vErrors===null?
vErrors=[err104]:vErrors.push(err104),errors++}for(let key9 in data57)if(!(key9==="disk"||key9==="base"||key9==="keep-re\
lative"||key9==="bandwidth"||key9==="bytes"||key9==="timeout")){let err105={instancePath:instancePath+"/steps/"+i0+"/blo\
ckpull",schemaPath:"#/properties/steps/items/properties/blockpull/additionalProperties",keyword:"additionalProperties",params:{
additionalProperty:key9}};vErrors===null?vErrors=[err105]:vErrors.push(err105),errors++}if(data57.disk!==void 0){let data58=data57.
disk;if(typeof data58=="string"){if(func1(data58)<1){let err106={instancePath:instancePath+"/steps/"+i0+"/blockpull/disk",
schemaPath:"#/properties/steps/items/properties/blockpull/properties/disk/minLength",keyword:"minLength",params:{limit:1}};
vErrors===null?vErrors=[err106]:vErrors.push(err106),errors++}}else{let err107={instancePath:instancePath+"/steps/"+i0+"\
/blockpull/disk",schemaPath:"#/properties/steps/items/properties/blockpull/properties/disk/type",keyword:"type",params:{
type:"string"}};vErrors===null?vErrors=[err107]:vErrors.push(err107),errors++}}if(data57.base!==void 0){let data59=data57.
base;if(typeof data59=="string"){if(func1(data59)<1){let err108={instancePath:instancePath+"/steps/"+i0+"/blockpull/base",
schemaPath:"#/properties/steps/items/properties/blockpull/properties/base/minLength",keyword:"minLength",params:{limit:1}};
vErrors===null?vErrors=[err108]:vErrors.push(err108),errors++}}else{let err109={instancePath:instancePath+"/steps/"+i0+"\
/blockpull/base",schemaPath:"#/properties/steps/items/properties/blockpull/properties/base/type",keyword:"type",params:{
type:"string"}};vErrors===null?vErrors=[err109]:vErrors.push(err109),errors++}}if(data57["keep-relative"]!==void 0&&typeof data57["\
keep-relative"]!="boolean"){let err110={instancePath:instancePath+"/steps/"+i0+"/blockpull/keep-relative",schemaPath:"#/\
properties/steps/items/properties/blockpull/properties/keep-relative/type",keyword:"type",params:{type:"boolean"}};vErrors===
null?vErrors=[err110]:vErrors.push(err110),errors++}if(data57.bandwidth!==void 0){let data61=data57.bandwidth;if(!(typeof data61==
"number"&&!(data61%1)&&!isNaN(data61)&&isFinite(data61))){let err111={instancePath:instancePath+"/steps/"+i0+"/blockpull\
/bandwidth",schemaPath:"#/properties/steps/items/properties/blockpull/properties/bandwidth/type",keyword:"type",params:{
type:"integer"}};vErrors===null?vErrors=[err111]:vErrors.push(err111),errors++}if(typeof data61=="number"&&isFinite(data61)&&
(data61<1||isNaN(data61))){let err112={instancePath:instancePath+"/steps/"+i0+"/blockpull/bandwidth",schemaPath:"#/prope\
rties/steps/items/properties/blockpull/properties/bandwidth/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};
vErrors===null?vErrors=[err112]:vErrors.push(err112),errors++}}if(data57.bytes!==void 0&&typeof data57.bytes!="boolean"){
let err113={instancePath:instancePath+"/steps/"+i0+"/blockpull/bytes",schemaPath:"#/properties/steps/items/properties/bl\
ockpull/properties/bytes/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err113]:vErrors.push(err113),
errors++}if(data57.timeout!==void 0){let data63=data57.timeout;if(!(typeof data63=="number"&&!(data63%1)&&!isNaN(data63)&&
isFinite(data63))){let err114={instancePath:instancePath+"/steps/"+i0+"/blockpull/timeout",schemaPath:"#/properties/step\
s/items/properties/blockpull/properties/timeout/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err114]:
vErrors.push(err114),errors++}if(typeof data63=="number"&&isFinite(data63)&&(data63<1||isNaN(data63))){let err115={instancePath:instancePath+
"/steps/"+i0+"/blockpull/timeout",schemaPath:"#/properties/steps/items/properties/blockpull/properties/timeout/minimum",
keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===null?vErrors=[err115]:vErrors.push(err115),errors++}}}else{
let err116={instancePath:instancePath+"/steps/"+i0+"/blockpull",schemaPath:"#/properties/steps/items/properties/blockpul\
l/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err116]:vErrors.push(err116),errors++}}if(data7.undefine!==
void 0){let data64=data7.undefine;if(data64&&typeof data64=="object"&&!Array.isArray(data64)){for(let key10 in data64)if(!(key10===
"keep-nvram"||key10==="keep-tpm"||key10==="snapshots-metadata"||key10==="checkpoints-metadata")){let err117={instancePath:instancePath+
"/steps/"+i0+"/undefine",schemaPath:"#/properties/steps/items/properties/undefine/additionalProperties",keyword:"additio\
nalProperties",params:{additionalProperty:key10}};vErrors===null?vErrors=[err117]:vErrors.push(err117),errors++}if(data64["\
keep-nvram"]!==void 0&&typeof data64["keep-nvram"]!="boolean"){let err118={instancePath:instancePath+"/steps/"+i0+"/unde\
fine/keep-nvram",schemaPath:"#/properties/steps/items/properties/undefine/properties/keep-nvram/type",keyword:"type",params:{
type:"boolean"}};vErrors===null?vErrors=[err118]:vErrors.push(err118),errors++}if(data64["keep-tpm"]!==void 0&&typeof data64["\
keep-tpm"]!="boolean"){let err119={instancePath:instancePath+"/steps/"+i0+"/undefine/keep-tpm",schemaPath:"#/properties/\
steps/items/properties/undefine/properties/keep-tpm/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=
[err119]:vErrors.push(err119),errors++}if(data64["snapshots-metadata"]!==void 0&&typeof data64["snapshots-metadata"]!="b\
oolean"){let err120={instancePath:instancePath+"/steps/"+i0+"/undefine/snapshots-metadata",schemaPath:"#/properties/step\
s/items/properties/undefine/properties/snapshots-metadata/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=
[err120]:vErrors.push(err120),errors++}if(data64["checkpoints-metadata"]!==void 0&&typeof data64["checkpoints-metadata"]!=
"boolean"){let err121={instancePath:instancePath+"/steps/"+i0+"/undefine/checkpoints-metadata",schemaPath:"#/properties/\
steps/items/properties/undefine/properties/checkpoints-metadata/type",keyword:"type",params:{type:"boolean"}};vErrors===
null?vErrors=[err121]:vErrors.push(err121),errors++}}else{let err122={instancePath:instancePath+"/steps/"+i0+"/undefine",
schemaPath:"#/properties/steps/items/properties/undefine/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=
[err122]:vErrors.push(err122),errors++}}if(data7.redefine!==void 0){let data69=data7.redefine;if(data69&&typeof data69==
"object"&&!Array.isArray(data69)){for(let key11 in data69)if(!(key11==="disk"||key11==="source")){let err123={instancePath:instancePath+
"/steps/"+i0+"/redefine",schemaPath:"#/properties/steps/items/properties/redefine/additionalProperties",keyword:"additio\
nalProperties",params:{additionalProperty:key11}};vErrors===null?vErrors=[err123]:vErrors.push(err123),errors++}if(data69.
disk!==void 0){let data70=data69.disk;if(typeof data70=="string"){if(func1(data70)<1){let err124={instancePath:instancePath+
"/steps/"+i0+"/redefine/disk",schemaPath:"#/properties/steps/items/properties/redefine/properties/disk/minLength",keyword:"\
minLength",params:{limit:1}};vErrors===null?vErrors=[err124]:vErrors.push(err124),errors++}}else{let err125={instancePath:instancePath+
"/steps/"+i0+"/redefine/disk",schemaPath:"#/properties/steps/items/properties/redefine/properties/disk/type",keyword:"ty\
pe",params:{type:"string"}};vErrors===null?vErrors=[err125]:vErrors.push(err125),errors++}}if(data69.source!==void 0){let data71=data69.
source;if(typeof data71=="string"){if(func1(data71)<1){let err126={instancePath:instancePath+"/steps/"+i0+"/redefine/sou\
rce",schemaPath:"#/properties/steps/items/properties/redefine/properties/source/minLength",keyword:"minLength",params:{limit:1}};
vErrors===null?vErrors=[err126]:vErrors.push(err126),errors++}}else{let err127={instancePath:instancePath+"/steps/"+i0+"\
/redefine/source",schemaPath:"#/properties/steps/items/properties/redefine/properties/source/type",keyword:"type",params:{
type:"string"}};vErrors===null?vErrors=[err127]:vErrors.push(err127),errors++}}}else{let err128={instancePath:instancePath+
"/steps/"+i0+"/redefine",schemaPath:"#/properties/steps/items/properties/redefine/type",keyword:"type",params:{type:"obj\
ect"}};vErrors===null?vErrors=[err128]:vErrors.push(err128),errors++}}if(data7.convert!==void 0){let data72=data7.convert;
if(data72&&typeof data72=="object"&&!Array.isArray(data72)){if(data72.source===void 0){let err129={instancePath:instancePath+
"/steps/"+i0+"/convert",schemaPath:"#/properties/steps/items/properties/convert/required",keyword:"required",params:{missingProperty:"\
source"}};vErrors===null?vErrors=[err129]:vErrors.push(err129),errors++}if(data72.dest===void 0){let err130={instancePath:instancePath+
"/steps/"+i0+"/convert",schemaPath:"#/properties/steps/items/properties/convert/required",keyword:"required",params:{missingProperty:"\
dest"}};vErrors===null?vErrors=[err130]:vErrors.push(err130),errors++}for(let key12 in data72)if(!func2.call(schema31.properties.
steps.items.properties.convert.properties,key12)){let err131={instancePath:instancePath+"/steps/"+i0+"/convert",schemaPath:"\
#/properties/steps/items/properties/convert/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key12}};
vErrors===null?vErrors=[err131]:vErrors.push(err131),errors++}if(data72.source!==void 0){let data73=data72.source;if(typeof data73==
"string"){if(func1(data73)<1){let err132={instancePath:instancePath+"/steps/"+i0+"/convert/source",schemaPath:"#/propert\
ies/steps/items/properties/convert/properties/source/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=
[err132]:vErrors.push(err132),errors++}}else{let err133={instancePath:instancePath+"/steps/"+i0+"/convert/source",schemaPath:"\
#/properties/steps/items/properties/convert/properties/source/type",keyword:"type",params:{type:"string"}};vErrors===null?
vErrors=[err133]:vErrors.push(err133),errors++}}if(data72.dest!==void 0){let data74=data72.dest;if(typeof data74=="strin\
g"){if(func1(data74)<1){let err134={instancePath:instancePath+"/steps/"+i0+"/convert/dest",schemaPath:"#/properties/step\
s/items/properties/convert/properties/dest/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err134]:
vErrors.push(err134),errors++}}else{let err135={instancePath:instancePath+"/steps/"+i0+"/convert/dest",schemaPath:"#/pro\
perties/steps/items/properties/convert/properties/dest/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=
[err135]:vErrors.push(err135),errors++}}if(data72["source-format"]!==void 0){let data75=data72["source-format"];if(typeof data75!=
"string"){let err136={instancePath:instancePath+"/steps/"+i0+"/convert/source-format",schemaPath:"#/properties/steps/ite\
ms/properties/convert/properties/source-format/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err136]:
vErrors.push(err136),errors++}if(!(data75==="qcow2"||data75==="raw"||data75==="vmdk"||data75==="vdi"||data75==="vhdx"||data75===
"qed")){let err137={instancePath:instancePath+"/steps/"+i0+"/convert/source-format",schemaPath:"#/properties/steps/items\
/properties/convert/properties/source-format/enum",keyword:"enum",params:{allowedValues:schema31.properties.steps.items.
properties.convert.properties["source-format"].enum}};vErrors===null?vErrors=[err137]:vErrors.push(err137),errors++}}if(data72["\
target-format"]!==void 0){let data76=data72["target-format"];if(typeof data76!="string"){let err138={instancePath:instancePath+
"/steps/"+i0+"/convert/target-format",schemaPath:"#/properties/steps/items/properties/convert/properties/target-format/t\
ype",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err138]:vErrors.push(err138),errors++}if(!(data76===
"qcow2"||data76==="raw"||data76==="vmdk"||data76==="vdi"||data76==="vhdx")){let err139={instancePath:instancePath+"/step\
s/"+i0+"/convert/target-format",schemaPath:"#/properties/steps/items/properties/convert/properties/target-format/enum",keyword:"\
enum",params:{allowedValues:schema31.properties.steps.items.properties.convert.properties["target-format"].enum}};vErrors===
null?vErrors=[err139]:vErrors.push(err139),errors++}}if(data72.compress!==void 0&&typeof data72.compress!="boolean"){let err140={
instancePath:instancePath+"/steps/"+i0+"/convert/compress",schemaPath:"#/properties/steps/items/properties/convert/prope\
rties/compress/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err140]:vErrors.push(err140),errors++}
if(data72.options!==void 0){let data78=data72.options;if(typeof data78=="string"){if(func1(data78)<1){let err141={instancePath:instancePath+
"/steps/"+i0+"/convert/options",schemaPath:"#/properties/steps/items/properties/convert/properties/options/minLength",keyword:"\
minLength",params:{limit:1}};vErrors===null?vErrors=[err141]:vErrors.push(err141),errors++}}else{let err142={instancePath:instancePath+
"/steps/"+i0+"/convert/options",schemaPath:"#/properties/steps/items/properties/convert/properties/options/type",keyword:"\
type",params:{type:"string"}};vErrors===null?vErrors=[err142]:vErrors.push(err142),errors++}}if(data72["sparse-size"]!==
void 0){let data79=data72["sparse-size"];if(!(typeof data79=="number"&&!(data79%1)&&!isNaN(data79)&&isFinite(data79))){let err143={
instancePath:instancePath+"/steps/"+i0+"/convert/sparse-size",schemaPath:"#/properties/steps/items/properties/convert/pr\
operties/sparse-size/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err143]:vErrors.push(err143),
errors++}if(typeof data79=="number"&&isFinite(data79)&&(data79<0||isNaN(data79))){let err144={instancePath:instancePath+
"/steps/"+i0+"/convert/sparse-size",schemaPath:"#/properties/steps/items/properties/convert/properties/sparse-size/minim\
um",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=[err144]:vErrors.push(err144),errors++}}if(data72.
coroutines!==void 0){let data80=data72.coroutines;if(!(typeof data80=="number"&&!(data80%1)&&!isNaN(data80)&&isFinite(data80))){
let err145={instancePath:instancePath+"/steps/"+i0+"/convert/coroutines",schemaPath:"#/properties/steps/items/properties\
/convert/properties/coroutines/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err145]:vErrors.push(
err145),errors++}if(typeof data80=="number"&&isFinite(data80)){if(data80>16||isNaN(data80)){let err146={instancePath:instancePath+
"/steps/"+i0+"/convert/coroutines",schemaPath:"#/properties/steps/items/properties/convert/properties/coroutines/maximum",
keyword:"maximum",params:{comparison:"<=",limit:16}};vErrors===null?vErrors=[err146]:vErrors.push(err146),errors++}if(data80<
1||isNaN(data80)){let err147={instancePath:instancePath+"/steps/"+i0+"/convert/coroutines",schemaPath:"#/properties/step\
s/items/properties/convert/properties/coroutines/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===
null?vErrors=[err147]:vErrors.push(err147),errors++}}}if(data72["rate-limit"]!==void 0){let data81=data72["rate-limit"];
if(!(typeof data81=="number"&&!(data81%1)&&!isNaN(data81)&&isFinite(data81))){let err148={instancePath:instancePath+"/st\
eps/"+i0+"/convert/rate-limit",schemaPath:"#/properties/steps/items/properties/convert/properties/rate-limit/type",keyword:"\
type",params:{type:"integer"}};vErrors===null?vErrors=[err148]:vErrors.push(err148),errors++}if(typeof data81=="number"&&
isFinite(data81)&&(data81<1||isNaN(data81))){let err149={instancePath:instancePath+"/steps/"+i0+"/convert/rate-limit",schemaPath:"\
#/properties/steps/items/properties/convert/properties/rate-limit/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};
vErrors===null?vErrors=[err149]:vErrors.push(err149),errors++}}}else{let err150={instancePath:instancePath+"/steps/"+i0+
"/convert",schemaPath:"#/properties/steps/items/properties/convert/type",keyword:"type",params:{type:"object"}};vErrors===
null?vErrors=[err150]:vErrors.push(err150),errors++}}}else{let err151={instancePath:instancePath+"/steps/"+i0,schemaPath:"\
#/properties/steps/items/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err151]:vErrors.push(err151),
errors++}}}else{let err152={instancePath:instancePath+"/steps",schemaPath:"#/properties/steps/type",keyword:"type",params:{
type:"array"}};vErrors===null?vErrors=[err152]:vErrors.push(err152),errors++}}if(data["on-failure"]!==void 0){let data82=data["\
on-failure"];if(typeof data82!="string"){let err153={instancePath:instancePath+"/on-failure",schemaPath:"#/properties/on\
-failure/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err153]:vErrors.push(err153),errors++}if(!(data82===
"rollback"||data82==="stop")){let err154={instancePath:instancePath+"/on-failure",schemaPath:"#/properties/on-failure/en\
um",keyword:"enum",params:{allowedValues:schema31.properties["on-failure"].enum}};vErrors===null?vErrors=[err154]:vErrors.
push(err154),errors++}}}else{let err155={instancePath,schemaPath:"#/type",keyword:"type",params:{type:"object"}};vErrors===
null?vErrors=[err155]:vErrors.push(err155),errors++}return validate20.errors=vErrors,errors===0}validate20.evaluated={props:!0,
dynamicProps:!1,dynamicItems:!1};export{stdin_default as default,validate};
