// Generated from src/store/schema.ts by `npm run generate`; do not edit.
var __getOwnPropNames=Object.getOwnPropertyNames;var __commonJS=(cb,mod)=>function(){try{return mod||(0,cb[__getOwnPropNames(cb)[0]])((mod={exports:{}}).exports,mod),mod.
exports}catch(e){throw mod=0,e}};var require_ucs2length=__commonJS({"node_modules/ajv/dist/runtime/ucs2length.js"(exports){"use strict";Object.defineProperty(
exports,"__esModule",{value:!0});function ucs2length(str){let len=str.length,length=0,pos=0,value;for(;pos<len;)length++,
value=str.charCodeAt(pos++),value>=55296&&value<=56319&&pos<len&&(value=str.charCodeAt(pos),(value&64512)===56320&&pos++);
return length}exports.default=ucs2length;ucs2length.code='require("ajv/dist/runtime/ucs2length").default'}});var validate=validate52,stdin_default=validate52,schema19={type:"object",title:"blockplan backup manifest",additionalProperties:!1,
required:["backup","name","domain","uuid","time","sequence","quiesced","libvirt","qemu","digest","begun","disks"],properties:{
backup:{title:'"blockplan/v1"',description:"Format of the manifest.",const:"blockplan/v1"},name:{title:'the name of a ba\
ckup: letters, digits, ".", "_", "+" and "-"',description:"Name of the backup and of its folder.",type:"string",pattern:"\
^(?!(?:prune\\.json|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$"},domain:{title:"text that is not empty",
description:"Name of the guest's domain.",type:"string",minLength:1,maxLength:4096},uuid:{title:"the UUID of a domain",description:"\
UUID of the guest's domain.",type:"string",pattern:"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},time:{title:'a time \
in UTC such as "2026-11-29T02:00:00Z"',description:"The time of the disks' content.",type:"string",pattern:"^\\d{4}-(?:0[\
1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T(?:[01]\\d|2[0-3])(?::[0-5]\\d){2}(?:\\.\\d{1,3})?Z$"},sequence:{title:"a whole nu\
mber of at least 1",description:"Sequence number of the backup in its store.",type:"integer",minimum:1,maximum:9007199254740991},
parent:{title:'the name of a backup: letters, digits, ".", "_", "+" and "-"',description:"The backup that the incrementa\
l disks are based on; absent if all disks are full.",type:"string",pattern:"^(?!(?:prune\\.json|locks)$)(?!.*\\.partial$)[\
A-Za-z0-9][A-Za-z0-9._+-]{0,199}$"},checkpoint:{title:'the name of a backup: letters, digits, ".", "_", "+" and "-"',description:"\
The checkpoint that was created with the backup.",type:"string",pattern:"^(?!(?:prune\\.json|locks)$)(?!.*\\.partial$)[A-Z\
a-z0-9][A-Za-z0-9._+-]{0,199}$"},quiesced:{title:"true or false",description:"Whether the file systems of the guest were\
 frozen.",type:"boolean"},"not-quiesced":{title:"text that is not empty",description:"Why the file systems were not froz\
en.",type:"string",minLength:1,maxLength:4096},libvirt:{title:'a version such as "9.0.0"',description:"Version of libvir\
t.",type:"string",pattern:"^[0-9]+(\\.[0-9]+)*$"},qemu:{title:'a version such as "9.0.0"',description:"Version of QEMU.",
type:"string",pattern:"^[0-9]+(\\.[0-9]+)*$"},digest:{title:'"sha256-1MiB"',description:"The algorithm of the checksums \
and of `root`.",const:"sha256-1MiB"},begun:{title:'a time in UTC such as "2026-11-29T02:00:00Z"',description:"When the b\
ackup began.",type:"string",pattern:"^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T(?:[01]\\d|2[0-3])(?::[0-5]\\d){2}(?\
:\\.\\d{1,3})?Z$"},ended:{title:'a time in UTC such as "2026-11-29T02:00:00Z"',description:"When the backup was complete\
d; absent until then.",type:"string",pattern:"^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T(?:[01]\\d|2[0-3])(?::[0-5\
]\\d){2}(?:\\.\\d{1,3})?Z$"},disks:{title:"a list of 1 to 256 disks",description:"The disks in the backup.",type:"array",
minItems:1,maxItems:256,items:{type:"object",title:"a map",additionalProperties:!1,required:["target","file","mode","cap\
acity","source"],properties:{target:{title:'the target of a disk, such as "vda"',description:"The disk in the guest.",type:"\
string",pattern:"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"},file:{title:"the name of a file in the folder of the backup",description:"\
The image of the disk.",type:"string",pattern:"^(?!.*\\.(?:json|sums|xml)$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$"},mode:{title:'\
"full" or "incremental"',description:"Whether the image depends on images of other backups.",enum:["full","incremental"]},
capacity:{title:"a whole number of at least 1",description:"The size of the disk in bytes.",type:"integer",minimum:1,maximum:9007199254740991},
length:{title:"a whole number of at least 1",description:"The length of the image in bytes; absent until the backup is c\
omplete.",type:"integer",minimum:1,maximum:9007199254740991},serial:{title:"text that is not empty",description:"The ser\
ial number that the guest sees.",type:"string",minLength:1,maxLength:4096},source:{title:"text that is not empty",description:"\
The file that was the active layer of the disk.",type:"string",minLength:1,maxLength:4096},root:{title:"a SHA-256 in 64 \
hexadecimal digits",description:"SHA-256 of the capacity and the checksums; absent until the backup is complete.",type:"\
string",pattern:"^[0-9a-f]{64}$"},"parent-root":{title:"a SHA-256 in 64 hexadecimal digits",description:"`root` of the s\
ame disk in the parent; only in an incremental disk.",type:"string",pattern:"^[0-9a-f]{64}$"},reason:{title:"text that i\
s not empty",description:"Why the disk was copied in full, although an increment was requested.",type:"string",minLength:1,
maxLength:4096}}}},"left-out":{title:"a list",description:"The disks of the guest that are not in the backup.",type:"arr\
ay",maxItems:256,items:{type:"object",title:"a map",additionalProperties:!1,required:["target","reason"],properties:{target:{
title:'the target of a disk, such as "vda"',description:"The disk in the guest.",type:"string",pattern:"^[A-Za-z0-9][A-Z\
a-z0-9_-]{0,63}$"},reason:{title:"text that is not empty",description:"Why the disk is not in the backup.",type:"string",
minLength:1,maxLength:4096}}}}},$schema:"https://json-schema.org/draft/2020-12/schema",$id:"urn:blockplan:schema:backup-\
manifest:v1",description:"The manifest of a backup, `manifest.json` in its folder: what the image headers do not contain\
."},func1=Object.prototype.hasOwnProperty,func2=require_ucs2length().default,pattern3=new RegExp("^(?!(?:prune\\.json|loc\
ks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$","u"),pattern4=new RegExp("^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9\
a-f]{12}$","u"),pattern5=new RegExp("^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T(?:[01]\\d|2[0-3])(?::[0-5]\\d){2}(?\
:\\.\\d{1,3})?Z$","u"),pattern8=new RegExp("^[0-9]+(\\.[0-9]+)*$","u"),pattern12=new RegExp("^[A-Za-z0-9][A-Za-z0-9_-]{0\
,63}$","u"),pattern13=new RegExp("^(?!.*\\.(?:json|sums|xml)$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$","u"),pattern14=new RegExp(
"^[0-9a-f]{64}$","u");function validate52(data,{instancePath="",parentData,parentDataProperty,rootData=data,dynamicAnchors={}}={}){
let vErrors=null,errors=0,evaluated0=validate52.evaluated;if(evaluated0.dynamicProps&&(evaluated0.props=void 0),evaluated0.
dynamicItems&&(evaluated0.items=void 0),data&&typeof data=="object"&&!Array.isArray(data)){if(data.backup===void 0){let err0={
instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"backup"}};vErrors===null?vErrors=[err0]:
vErrors.push(err0),errors++}if(data.name===void 0){let err1={instancePath,schemaPath:"#/required",keyword:"required",params:{
missingProperty:"name"}};vErrors===null?vErrors=[err1]:vErrors.push(err1),errors++}if(data.domain===void 0){let err2={instancePath,
schemaPath:"#/required",keyword:"required",params:{missingProperty:"domain"}};vErrors===null?vErrors=[err2]:vErrors.push(
err2),errors++}if(data.uuid===void 0){let err3={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"\
uuid"}};vErrors===null?vErrors=[err3]:vErrors.push(err3),errors++}if(data.time===void 0){let err4={instancePath,schemaPath:"\
#/required",keyword:"required",params:{missingProperty:"time"}};vErrors===null?vErrors=[err4]:vErrors.push(err4),errors++}
if(data.sequence===void 0){let err5={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"se\
quence"}};vErrors===null?vErrors=[err5]:vErrors.push(err5),errors++}if(data.quiesced===void 0){let err6={instancePath,schemaPath:"\
#/required",keyword:"required",params:{missingProperty:"quiesced"}};vErrors===null?vErrors=[err6]:vErrors.push(err6),errors++}
if(data.libvirt===void 0){let err7={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"lib\
virt"}};vErrors===null?vErrors=[err7]:vErrors.push(err7),errors++}if(data.qemu===void 0){let err8={instancePath,schemaPath:"\
#/required",keyword:"required",params:{missingProperty:"qemu"}};vErrors===null?vErrors=[err8]:vErrors.push(err8),errors++}
if(data.digest===void 0){let err9={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"dige\
st"}};vErrors===null?vErrors=[err9]:vErrors.push(err9),errors++}if(data.begun===void 0){let err10={instancePath,schemaPath:"\
#/required",keyword:"required",params:{missingProperty:"begun"}};vErrors===null?vErrors=[err10]:vErrors.push(err10),errors++}
if(data.disks===void 0){let err11={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"disk\
s"}};vErrors===null?vErrors=[err11]:vErrors.push(err11),errors++}for(let key0 in data)if(!func1.call(schema19.properties,
key0)){let err12={instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key0}};
vErrors===null?vErrors=[err12]:vErrors.push(err12),errors++}if(data.backup!==void 0&&data.backup!=="blockplan/v1"){let err13={
instancePath:instancePath+"/backup",schemaPath:"#/properties/backup/const",keyword:"const",params:{allowedValue:"blockpl\
an/v1"}};vErrors===null?vErrors=[err13]:vErrors.push(err13),errors++}if(data.name!==void 0){let data1=data.name;if(typeof data1==
"string"){if(!pattern3.test(data1)){let err14={instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",
keyword:"pattern",params:{pattern:"^(?!(?:prune\\.json|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$"}};vErrors===
null?vErrors=[err14]:vErrors.push(err14),errors++}}else{let err15={instancePath:instancePath+"/name",schemaPath:"#/prope\
rties/name/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err15]:vErrors.push(err15),errors++}}if(data.
domain!==void 0){let data2=data.domain;if(typeof data2=="string"){if(func2(data2)>4096){let err16={instancePath:instancePath+
"/domain",schemaPath:"#/properties/domain/maxLength",keyword:"maxLength",params:{limit:4096}};vErrors===null?vErrors=[err16]:
vErrors.push(err16),errors++}if(func2(data2)<1){let err17={instancePath:instancePath+"/domain",schemaPath:"#/properties/\
domain/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err17]:vErrors.push(err17),errors++}}else{
let err18={instancePath:instancePath+"/domain",schemaPath:"#/properties/domain/type",keyword:"type",params:{type:"string"}};
vErrors===null?vErrors=[err18]:vErrors.push(err18),errors++}}if(data.uuid!==void 0){let data3=data.uuid;if(typeof data3==
"string"){if(!pattern4.test(data3)){let err19={instancePath:instancePath+"/uuid",schemaPath:"#/properties/uuid/pattern",
keyword:"pattern",params:{pattern:"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}};vErrors===null?vErrors=[err19]:vErrors.
push(err19),errors++}}else{let err20={instancePath:instancePath+"/uuid",schemaPath:"#/properties/uuid/type",keyword:"typ\
e",params:{type:"string"}};vErrors===null?vErrors=[err20]:vErrors.push(err20),errors++}}if(data.time!==void 0){let data4=data.
time;if(typeof data4=="string"){if(!pattern5.test(data4)){let err21={instancePath:instancePath+"/time",schemaPath:"#/pro\
perties/time/pattern",keyword:"pattern",params:{pattern:"^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T(?:[01]\\d|2[0-\
3])(?::[0-5]\\d){2}(?:\\.\\d{1,3})?Z$"}};vErrors===null?vErrors=[err21]:vErrors.push(err21),errors++}}else{let err22={instancePath:instancePath+
"/time",schemaPath:"#/properties/time/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err22]:vErrors.
push(err22),errors++}}if(data.sequence!==void 0){let data5=data.sequence;if(!(typeof data5=="number"&&!(data5%1)&&!isNaN(
data5)&&isFinite(data5))){let err23={instancePath:instancePath+"/sequence",schemaPath:"#/properties/sequence/type",keyword:"\
type",params:{type:"integer"}};vErrors===null?vErrors=[err23]:vErrors.push(err23),errors++}if(typeof data5=="number"&&isFinite(
data5)){if(data5>9007199254740991||isNaN(data5)){let err24={instancePath:instancePath+"/sequence",schemaPath:"#/properti\
es/sequence/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===null?vErrors=[err24]:vErrors.
push(err24),errors++}if(data5<1||isNaN(data5)){let err25={instancePath:instancePath+"/sequence",schemaPath:"#/properties\
/sequence/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===null?vErrors=[err25]:vErrors.push(err25),
errors++}}}if(data.parent!==void 0){let data6=data.parent;if(typeof data6=="string"){if(!pattern3.test(data6)){let err26={
instancePath:instancePath+"/parent",schemaPath:"#/properties/parent/pattern",keyword:"pattern",params:{pattern:"^(?!(?:p\
rune\\.json|locks)$)(?!.*\\.partial$)[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$"}};vErrors===null?vErrors=[err26]:vErrors.push(err26),
errors++}}else{let err27={instancePath:instancePath+"/parent",schemaPath:"#/properties/parent/type",keyword:"type",params:{
type:"string"}};vErrors===null?vErrors=[err27]:vErrors.push(err27),errors++}}if(data.checkpoint!==void 0){let data7=data.
checkpoint;if(typeof data7=="string"){if(!pattern3.test(data7)){let err28={instancePath:instancePath+"/checkpoint",schemaPath:"\
#/properties/checkpoint/pattern",keyword:"pattern",params:{pattern:"^(?!(?:prune\\.json|locks)$)(?!.*\\.partial$)[A-Za-z0-\
9][A-Za-z0-9._+-]{0,199}$"}};vErrors===null?vErrors=[err28]:vErrors.push(err28),errors++}}else{let err29={instancePath:instancePath+
"/checkpoint",schemaPath:"#/properties/checkpoint/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err29]:
vErrors.push(err29),errors++}}if(data.quiesced!==void 0&&typeof data.quiesced!="boolean"){let err30={instancePath:instancePath+
"/quiesced",schemaPath:"#/properties/quiesced/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err30]:
vErrors.push(err30),errors++}if(data["not-quiesced"]!==void 0){let data9=data["not-quiesced"];if(typeof data9=="string"){
if(func2(data9)>4096){let err31={instancePath:instancePath+"/not-quiesced",schemaPath:"#/properties/not-quiesced/maxLeng\
th",keyword:"maxLength",params:{limit:4096}};vErrors===null?vErrors=[err31]:vErrors.push(err31),errors++}if(func2(data9)<
1){let err32={instancePath:instancePath+"/not-quiesced",schemaPath:"#/properties/not-quiesced/minLength",keyword:"minLen\
gth",params:{limit:1}};vErrors===null?vErrors=[err32]:vErrors.push(err32),errors++}}else{let err33={instancePath:instancePath+
"/not-quiesced",schemaPath:"#/properties/not-quiesced/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=
[err33]:vErrors.push(err33),errors++}}if(data.libvirt!==void 0){let data10=data.libvirt;if(typeof data10=="string"){if(!pattern8.
test(data10)){let err34={instancePath:instancePath+"/libvirt",schemaPath:"#/properties/libvirt/pattern",keyword:"pattern",
params:{pattern:"^[0-9]+(\\.[0-9]+)*$"}};vErrors===null?vErrors=[err34]:vErrors.push(err34),errors++}}else{let err35={instancePath:instancePath+
"/libvirt",schemaPath:"#/properties/libvirt/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err35]:
vErrors.push(err35),errors++}}if(data.qemu!==void 0){let data11=data.qemu;if(typeof data11=="string"){if(!pattern8.test(
data11)){let err36={instancePath:instancePath+"/qemu",schemaPath:"#/properties/qemu/pattern",keyword:"pattern",params:{pattern:"\
^[0-9]+(\\.[0-9]+)*$"}};vErrors===null?vErrors=[err36]:vErrors.push(err36),errors++}}else{let err37={instancePath:instancePath+
"/qemu",schemaPath:"#/properties/qemu/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err37]:vErrors.
push(err37),errors++}}if(data.digest!==void 0&&data.digest!=="sha256-1MiB"){let err38={instancePath:instancePath+"/diges\
t",schemaPath:"#/properties/digest/const",keyword:"const",params:{allowedValue:"sha256-1MiB"}};vErrors===null?vErrors=[err38]:
vErrors.push(err38),errors++}if(data.begun!==void 0){let data13=data.begun;if(typeof data13=="string"){if(!pattern5.test(
data13)){let err39={instancePath:instancePath+"/begun",schemaPath:"#/properties/begun/pattern",keyword:"pattern",params:{
pattern:"^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T(?:[01]\\d|2[0-3])(?::[0-5]\\d){2}(?:\\.\\d{1,3})?Z$"}};vErrors===
null?vErrors=[err39]:vErrors.push(err39),errors++}}else{let err40={instancePath:instancePath+"/begun",schemaPath:"#/prop\
erties/begun/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err40]:vErrors.push(err40),errors++}}if(data.
ended!==void 0){let data14=data.ended;if(typeof data14=="string"){if(!pattern5.test(data14)){let err41={instancePath:instancePath+
"/ended",schemaPath:"#/properties/ended/pattern",keyword:"pattern",params:{pattern:"^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[\
12]\\d|3[01])T(?:[01]\\d|2[0-3])(?::[0-5]\\d){2}(?:\\.\\d{1,3})?Z$"}};vErrors===null?vErrors=[err41]:vErrors.push(err41),
errors++}}else{let err42={instancePath:instancePath+"/ended",schemaPath:"#/properties/ended/type",keyword:"type",params:{
type:"string"}};vErrors===null?vErrors=[err42]:vErrors.push(err42),errors++}}if(data.disks!==void 0){let data15=data.disks;
if(Array.isArray(data15)){if(data15.length>256){let err43={instancePath:instancePath+"/disks",schemaPath:"#/properties/d\
isks/maxItems",keyword:"maxItems",params:{limit:256}};vErrors===null?vErrors=[err43]:vErrors.push(err43),errors++}if(data15.
length<1){let err44={instancePath:instancePath+"/disks",schemaPath:"#/properties/disks/minItems",keyword:"minItems",params:{
limit:1}};vErrors===null?vErrors=[err44]:vErrors.push(err44),errors++}let len0=data15.length;for(let i0=0;i0<len0;i0++){
let data16=data15[i0];if(data16&&typeof data16=="object"&&!Array.isArray(data16)){if(data16.target===void 0){let err45={
instancePath:instancePath+"/disks/"+i0,schemaPath:"#/properties/disks/items/required",keyword:"required",params:{missingProperty:"\
target"}};vErrors===null?vErrors=[err45]:vErrors.push(err45),errors++}if(data16.file===void 0){let err46={instancePath:instancePath+
"/disks/"+i0,schemaPath:"#/properties/disks/items/required",keyword:"required",params:{missingProperty:"file"}};vErrors===
null?vErrors=[err46]:vErrors.push(err46),errors++}if(data16.mode===void 0){let err47={instancePath:instancePath+"/disks/"+
i0,schemaPath:"#/properties/disks/items/required",keyword:"required",params:{missingProperty:"mode"}};vErrors===null?vErrors=
[err47]:vErrors.push(err47),errors++}if(data16.capacity===void 0){let err48={instancePath:instancePath+"/disks/"+i0,schemaPath:"\
#/properties/disks/items/required",keyword:"required",params:{missingProperty:"capacity"}};vErrors===null?vErrors=[err48]:
vErrors.push(err48),errors++}if(data16.source===void 0){let err49={instancePath:instancePath+"/disks/"+i0,schemaPath:"#/\
properties/disks/items/required",keyword:"required",params:{missingProperty:"source"}};vErrors===null?vErrors=[err49]:vErrors.
push(err49),errors++}for(let key1 in data16)if(!func1.call(schema19.properties.disks.items.properties,key1)){let err50={
instancePath:instancePath+"/disks/"+i0,schemaPath:"#/properties/disks/items/additionalProperties",keyword:"additionalPro\
perties",params:{additionalProperty:key1}};vErrors===null?vErrors=[err50]:vErrors.push(err50),errors++}if(data16.target!==
void 0){let data17=data16.target;if(typeof data17=="string"){if(!pattern12.test(data17)){let err51={instancePath:instancePath+
"/disks/"+i0+"/target",schemaPath:"#/properties/disks/items/properties/target/pattern",keyword:"pattern",params:{pattern:"\
^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"}};vErrors===null?vErrors=[err51]:vErrors.push(err51),errors++}}else{let err52={instancePath:instancePath+
"/disks/"+i0+"/target",schemaPath:"#/properties/disks/items/properties/target/type",keyword:"type",params:{type:"string"}};
vErrors===null?vErrors=[err52]:vErrors.push(err52),errors++}}if(data16.file!==void 0){let data18=data16.file;if(typeof data18==
"string"){if(!pattern13.test(data18)){let err53={instancePath:instancePath+"/disks/"+i0+"/file",schemaPath:"#/properties\
/disks/items/properties/file/pattern",keyword:"pattern",params:{pattern:"^(?!.*\\.(?:json|sums|xml)$)[A-Za-z0-9][A-Za-z0-\
9._+-]{0,199}$"}};vErrors===null?vErrors=[err53]:vErrors.push(err53),errors++}}else{let err54={instancePath:instancePath+
"/disks/"+i0+"/file",schemaPath:"#/properties/disks/items/properties/file/type",keyword:"type",params:{type:"string"}};vErrors===
null?vErrors=[err54]:vErrors.push(err54),errors++}}if(data16.mode!==void 0){let data19=data16.mode;if(!(data19==="full"||
data19==="incremental")){let err55={instancePath:instancePath+"/disks/"+i0+"/mode",schemaPath:"#/properties/disks/items/\
properties/mode/enum",keyword:"enum",params:{allowedValues:schema19.properties.disks.items.properties.mode.enum}};vErrors===
null?vErrors=[err55]:vErrors.push(err55),errors++}}if(data16.capacity!==void 0){let data20=data16.capacity;if(!(typeof data20==
"number"&&!(data20%1)&&!isNaN(data20)&&isFinite(data20))){let err56={instancePath:instancePath+"/disks/"+i0+"/capacity",
schemaPath:"#/properties/disks/items/properties/capacity/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=
[err56]:vErrors.push(err56),errors++}if(typeof data20=="number"&&isFinite(data20)){if(data20>9007199254740991||isNaN(data20)){
let err57={instancePath:instancePath+"/disks/"+i0+"/capacity",schemaPath:"#/properties/disks/items/properties/capacity/m\
aximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===null?vErrors=[err57]:vErrors.push(err57),
errors++}if(data20<1||isNaN(data20)){let err58={instancePath:instancePath+"/disks/"+i0+"/capacity",schemaPath:"#/propert\
ies/disks/items/properties/capacity/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===null?vErrors=
[err58]:vErrors.push(err58),errors++}}}if(data16.length!==void 0){let data21=data16.length;if(!(typeof data21=="number"&&
!(data21%1)&&!isNaN(data21)&&isFinite(data21))){let err59={instancePath:instancePath+"/disks/"+i0+"/length",schemaPath:"\
#/properties/disks/items/properties/length/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err59]:
vErrors.push(err59),errors++}if(typeof data21=="number"&&isFinite(data21)){if(data21>9007199254740991||isNaN(data21)){let err60={
instancePath:instancePath+"/disks/"+i0+"/length",schemaPath:"#/properties/disks/items/properties/length/maximum",keyword:"\
maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===null?vErrors=[err60]:vErrors.push(err60),errors++}if(data21<
1||isNaN(data21)){let err61={instancePath:instancePath+"/disks/"+i0+"/length",schemaPath:"#/properties/disks/items/prope\
rties/length/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===null?vErrors=[err61]:vErrors.push(err61),
errors++}}}if(data16.serial!==void 0){let data22=data16.serial;if(typeof data22=="string"){if(func2(data22)>4096){let err62={
instancePath:instancePath+"/disks/"+i0+"/serial",schemaPath:"#/properties/disks/items/properties/serial/maxLength",keyword:"\
maxLength",params:{limit:4096}};vErrors===null?vErrors=[err62]:vErrors.push(err62),errors++}if(func2(data22)<1){let err63={
instancePath:instancePath+"/disks/"+i0+"/serial",schemaPath:"#/properties/disks/items/properties/serial/minLength",keyword:"\
minLength",params:{limit:1}};vErrors===null?vErrors=[err63]:vErrors.push(err63),errors++}}else{let err64={instancePath:instancePath+
"/disks/"+i0+"/serial",schemaPath:"#/properties/disks/items/properties/serial/type",keyword:"type",params:{type:"string"}};
vErrors===null?vErrors=[err64]:vErrors.push(err64),errors++}}if(data16.source!==void 0){let data23=data16.source;if(typeof data23==
"string"){if(func2(data23)>4096){let err65={instancePath:instancePath+"/disks/"+i0+"/source",schemaPath:"#/properties/di\
sks/items/properties/source/maxLength",keyword:"maxLength",params:{limit:4096}};vErrors===null?vErrors=[err65]:vErrors.push(
err65),errors++}if(func2(data23)<1){let err66={instancePath:instancePath+"/disks/"+i0+"/source",schemaPath:"#/properties\
/disks/items/properties/source/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err66]:vErrors.push(
err66),errors++}}else{let err67={instancePath:instancePath+"/disks/"+i0+"/source",schemaPath:"#/properties/disks/items/p\
roperties/source/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err67]:vErrors.push(err67),errors++}}
if(data16.root!==void 0){let data24=data16.root;if(typeof data24=="string"){if(!pattern14.test(data24)){let err68={instancePath:instancePath+
"/disks/"+i0+"/root",schemaPath:"#/properties/disks/items/properties/root/pattern",keyword:"pattern",params:{pattern:"^[\
0-9a-f]{64}$"}};vErrors===null?vErrors=[err68]:vErrors.push(err68),errors++}}else{let err69={instancePath:instancePath+"\
/disks/"+i0+"/root",schemaPath:"#/properties/disks/items/properties/root/type",keyword:"type",params:{type:"string"}};vErrors===
null?vErrors=[err69]:vErrors.push(err69),errors++}}if(data16["parent-root"]!==void 0){let data25=data16["parent-root"];if(typeof data25==
"string"){if(!pattern14.test(data25)){let err70={instancePath:instancePath+"/disks/"+i0+"/parent-root",schemaPath:"#/pro\
perties/disks/items/properties/parent-root/pattern",keyword:"pattern",params:{pattern:"^[0-9a-f]{64}$"}};vErrors===null?
vErrors=[err70]:vErrors.push(err70),errors++}}else{let err71={instancePath:instancePath+"/disks/"+i0+"/parent-root",schemaPath:"\
#/properties/disks/items/properties/parent-root/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err71]:
vErrors.push(err71),errors++}}if(data16.reason!==void 0){let data26=data16.reason;if(typeof data26=="string"){if(func2(data26)>
4096){let err72={instancePath:instancePath+"/disks/"+i0+"/reason",schemaPath:"#/properties/disks/items/properties/reason\
/maxLength",keyword:"maxLength",params:{limit:4096}};vErrors===null?vErrors=[err72]:vErrors.push(err72),errors++}if(func2(
data26)<1){let err73={instancePath:instancePath+"/disks/"+i0+"/reason",schemaPath:"#/properties/disks/items/properties/r\
eason/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err73]:vErrors.push(err73),errors++}}else{
let err74={instancePath:instancePath+"/disks/"+i0+"/reason",schemaPath:"#/properties/disks/items/properties/reason/type",
keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err74]:vErrors.push(err74),errors++}}}else{let err75={instancePath:instancePath+
"/disks/"+i0,schemaPath:"#/properties/disks/items/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err75]:
vErrors.push(err75),errors++}}}else{let err76={instancePath:instancePath+"/disks",schemaPath:"#/properties/disks/type",keyword:"\
type",params:{type:"array"}};vErrors===null?vErrors=[err76]:vErrors.push(err76),errors++}}if(data["left-out"]!==void 0){
let data27=data["left-out"];if(Array.isArray(data27)){if(data27.length>256){let err77={instancePath:instancePath+"/left-\
out",schemaPath:"#/properties/left-out/maxItems",keyword:"maxItems",params:{limit:256}};vErrors===null?vErrors=[err77]:vErrors.
push(err77),errors++}let len1=data27.length;for(let i1=0;i1<len1;i1++){let data28=data27[i1];if(data28&&typeof data28=="\
object"&&!Array.isArray(data28)){if(data28.target===void 0){let err78={instancePath:instancePath+"/left-out/"+i1,schemaPath:"\
#/properties/left-out/items/required",keyword:"required",params:{missingProperty:"target"}};vErrors===null?vErrors=[err78]:
vErrors.push(err78),errors++}if(data28.reason===void 0){let err79={instancePath:instancePath+"/left-out/"+i1,schemaPath:"\
#/properties/left-out/items/required",keyword:"required",params:{missingProperty:"reason"}};vErrors===null?vErrors=[err79]:
vErrors.push(err79),errors++}for(let key2 in data28)if(!(key2==="target"||key2==="reason")){let err80={instancePath:instancePath+
"/left-out/"+i1,schemaPath:"#/properties/left-out/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key2}};
vErrors===null?vErrors=[err80]:vErrors.push(err80),errors++}if(data28.target!==void 0){let data29=data28.target;if(typeof data29==
"string"){if(!pattern12.test(data29)){let err81={instancePath:instancePath+"/left-out/"+i1+"/target",schemaPath:"#/prope\
rties/left-out/items/properties/target/pattern",keyword:"pattern",params:{pattern:"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"}};vErrors===
null?vErrors=[err81]:vErrors.push(err81),errors++}}else{let err82={instancePath:instancePath+"/left-out/"+i1+"/target",schemaPath:"\
#/properties/left-out/items/properties/target/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err82]:
vErrors.push(err82),errors++}}if(data28.reason!==void 0){let data30=data28.reason;if(typeof data30=="string"){if(func2(data30)>
4096){let err83={instancePath:instancePath+"/left-out/"+i1+"/reason",schemaPath:"#/properties/left-out/items/properties/\
reason/maxLength",keyword:"maxLength",params:{limit:4096}};vErrors===null?vErrors=[err83]:vErrors.push(err83),errors++}if(func2(
data30)<1){let err84={instancePath:instancePath+"/left-out/"+i1+"/reason",schemaPath:"#/properties/left-out/items/proper\
ties/reason/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err84]:vErrors.push(err84),errors++}}else{
let err85={instancePath:instancePath+"/left-out/"+i1+"/reason",schemaPath:"#/properties/left-out/items/properties/reason\
/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err85]:vErrors.push(err85),errors++}}}else{let err86={
instancePath:instancePath+"/left-out/"+i1,schemaPath:"#/properties/left-out/items/type",keyword:"type",params:{type:"obj\
ect"}};vErrors===null?vErrors=[err86]:vErrors.push(err86),errors++}}}else{let err87={instancePath:instancePath+"/left-ou\
t",schemaPath:"#/properties/left-out/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err87]:vErrors.
push(err87),errors++}}}else{let err88={instancePath,schemaPath:"#/type",keyword:"type",params:{type:"object"}};vErrors===
null?vErrors=[err88]:vErrors.push(err88),errors++}return validate52.errors=vErrors,errors===0}validate52.evaluated={props:!0,
dynamicProps:!1,dynamicItems:!1};export{stdin_default as default,validate};
