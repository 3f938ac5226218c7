// Generated from src/facts/schema.ts by `npm run generate`; do not edit.
var __getOwnPropNames=Object.getOwnPropertyNames;var __commonJS=(cb,mod)=>function(){try{return mod||(0,cb[__getOwnPropNames(cb)[0]])((mod={exports:{}}).exports,mod),mod.
exports}catch(e){throw mod=0,e}};var require_ucs2length=__commonJS({"node_modules/ajv/dist/runtime/ucs2length.js"(exports){"use strict";Object.defineProperty(
exports,"__esModule",{value:!0});function ucs2length(str){let len=str.length,length=0,pos=0,value;for(;pos<len;)length++,
value=str.charCodeAt(pos++),value>=55296&&value<=56319&&pos<len&&(value=str.charCodeAt(pos),(value&64512)===56320&&pos++);
return length}exports.default=ucs2length;ucs2length.code='require("ajv/dist/runtime/ucs2length").default'}});var validate=validate20,stdin_default=validate20,schema31={$schema:"https://json-schema.org/draft/2020-12/schema",$id:"u\
rn:blockplan:schema:facts:v1",title:"blockplan facts",description:"What a host looks like, as far as a plan for one of i\
ts guests is concerned.",type:"object",additionalProperties:!1,required:["facts","domain"],properties:{facts:{const:"blo\
ckplan/v1",description:"The format of the facts."},host:{type:"object",additionalProperties:!1,properties:{uri:{type:"st\
ring",minLength:1,description:"The connection through which it was seen."}}},domain:{type:"object",additionalProperties:!1,
required:["name"],properties:{name:{type:"string",minLength:1,description:"libvirt's name of the guest."},state:{type:"s\
tring",enum:["running","paused","in shutdown","shut off","crashed","pmsuspended","gone"],default:"running",description:"\
As in `virsh domstate`; `gone` where libvirt knows no such domain."},persistent:{type:"boolean",default:!0,description:"\
Whether libvirt keeps a definition for its next start."},autostart:{type:"boolean",default:!1,description:"Whether libvi\
rt starts it with the host."},agent:{type:"boolean",default:!1,description:"Whether the guest agent is connected."},"man\
aged-save":{type:"boolean",default:!1,description:"Whether libvirt keeps a managed-save image of it."},nvram:{type:"bool\
ean",default:!1,description:"Whether it has an NVRAM file; read off the definition unless told."},tpm:{type:"boolean",default:!1,
description:"Whether it has a TPM; read off the definition unless told."},snapshots:{type:"array",items:{type:"string",minLength:1,
description:"Its name."},description:"Its snapshots, parents first."},checkpoints:{type:"array",items:{type:"string",minLength:1,
description:"Its name."},description:"Its checkpoints, parents first."}},description:"The guest: a map with its name."},
disks:{type:"array",items:{type:"object",additionalProperties:!1,required:["target"],properties:{target:{type:"string",minLength:1,
description:"Its name in the guest, such as `vda`."},device:{type:"string",enum:["disk","cdrom","floppy","lun"],default:"\
disk",description:"What it is to the guest."},readonly:{type:"boolean",description:"Unless told, a CD-ROM is and others \
are not."},encrypted:{type:"boolean",default:!1,description:"Whether a layer of it is."},snapshot:{type:"string",minLength:1,
description:"What the definition says that a snapshot does with it: `no`, `external`, \u2026"},capacity:{type:["string",
"integer"],title:'an amount such as "3.3 GiB", or a number of bytes',pattern:"^[0-9]+(\\.[0-9]+)? ?(B|KiB|MiB|GiB|TiB|PiB\
)$",minimum:0,maximum:9007199254740991,description:"The size that the guest sees."},chain:{type:"array",items:{type:["ob\
ject","string"],additionalProperties:!1,required:["file"],properties:{file:{type:"string",minLength:1,description:"A pat\
h, or what libvirt calls an image on a network: `nbd:export`."},format:{type:"string",minLength:1,description:"`qcow2`, \
`raw`, \u2026",default:"qcow2"},block:{type:"boolean",default:!1,description:"Whether it is a block device."},size:{type:[
"string","integer"],title:'an amount such as "3.3 GiB", or a number of bytes',pattern:"^[0-9]+(\\.[0-9]+)? ?(B|KiB|MiB|Gi\
B|TiB|PiB)$",minimum:0,maximum:9007199254740991,description:"What it takes on its storage; the capacity of the disk unle\
ss told."}},minLength:1,title:'a path, or a map with "file"'},description:"Its layers, the one that the guest writes to \
first; empty without a medium."},job:{type:"object",additionalProperties:!1,required:["type"],properties:{type:{type:"st\
ring",enum:["copy","commit","active-commit","pull","backup","other"],description:"What it does."},ready:{type:"boolean",
default:!1,description:"Whether both sides hold the same data."},mirror:{type:"string",minLength:1,description:"The othe\
r side of it."}},description:"A block job that runs on it."}}},description:"Its disks; read off the definition unless to\
ld."},files:{type:"object",propertyNames:{type:"string",title:"an absolute path",pattern:"^/"},additionalProperties:{type:[
"object","string"],additionalProperties:!1,properties:{size:{type:["string","integer"],title:'an amount such as "3.3 GiB\
", or a number of bytes',pattern:"^[0-9]+(\\.[0-9]+)? ?(B|KiB|MiB|GiB|TiB|PiB)$",minimum:0,maximum:9007199254740991,description:"\
What it takes on its storage; nothing unless told."},format:{type:"string",minLength:1,description:"`qcow2`, `raw`, \u2026; n\
ot known unless told."},backing:{type:"string",minLength:1,description:"The backing file that its header names, or `none\
`; not known unless told."}},pattern:"^absent$",title:'"absent", or a map with "size", "format" or "backing"'},description:"\
Other files that a plan goes to, by path."},"same-files":{type:"array",items:{type:"array",minItems:2,items:{type:"strin\
g",title:"an absolute path",pattern:"^/"}},description:"Paths that lead to one file, by links or mounts."},folders:{type:"\
object",propertyNames:{type:"string",title:"an absolute path",pattern:"^/"},additionalProperties:{type:["object","string"],
additionalProperties:!1,properties:{free:{type:["string","integer"],title:'an amount such as "3.3 GiB", or a number of b\
ytes',pattern:"^[0-9]+(\\.[0-9]+)? ?(B|KiB|MiB|GiB|TiB|PiB)$",minimum:0,maximum:9007199254740991,description:"How much i\
s free in it; enough unless told."},writable:{type:"boolean",default:!0,description:"Whether files can be made in it."}},
pattern:"^absent$",title:'"absent", or a map with "free" or "writable"'},description:"Folders that a plan goes to, by pa\
th."},others:{type:"array",items:{type:"object",additionalProperties:!1,required:["name"],properties:{name:{type:"string",
minLength:1,description:"libvirt's name of it."},files:{type:"array",items:{type:"string",minLength:1,description:"A pat\
h, or what libvirt calls an image on a network: `nbd:export`."},description:"The files that its chains share with the gu\
est or the plan, and that it does not write to."},writes:{type:"array",items:{type:"string",minLength:1,description:"A p\
ath, or what libvirt calls an image on a network: `nbd:export`."},description:"The files that it shares, and writes to."},
unread:{type:"array",items:{type:"string",minLength:1,description:"A path, or what libvirt calls an image on a network: \
`nbd:export`."},description:"Images of it that nobody could look into."}}},description:"Other guests of the host that sh\
are files with this one or the plan."},definition:{type:"string",minLength:1,description:"The persistent definition, wit\
hout secrets; made from the disks unless told."}},examples:[{facts:"blockplan/v1",domain:{name:"testvm"},disks:[{target:"\
vda",chain:["/images/testvm.qcow2","/images/base.qcow2"]}]}]},func1=Object.prototype.hasOwnProperty,func2=require_ucs2length().
default,pattern4=new RegExp("^[0-9]+(\\.[0-9]+)? ?(B|KiB|MiB|GiB|TiB|PiB)$","u"),pattern6=new RegExp("^/","u"),pattern7=new RegExp(
"^absent$","u");function validate20(data,{instancePath="",parentData,parentDataProperty,rootData=data,dynamicAnchors={}}={}){
let vErrors=null,errors=0,evaluated0=validate20.evaluated;if(evaluated0.dynamicProps&&(evaluated0.props=void 0),evaluated0.
dynamicItems&&(evaluated0.items=void 0),data&&typeof data=="object"&&!Array.isArray(data)){if(data.facts===void 0){let err0={
instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"facts"}};vErrors===null?vErrors=[err0]:
vErrors.push(err0),errors++}if(data.domain===void 0){let err1={instancePath,schemaPath:"#/required",keyword:"required",params:{
missingProperty:"domain"}};vErrors===null?vErrors=[err1]:vErrors.push(err1),errors++}for(let key0 in data)if(!func1.call(
schema31.properties,key0)){let err2={instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{
additionalProperty:key0}};vErrors===null?vErrors=[err2]:vErrors.push(err2),errors++}if(data.facts!==void 0&&data.facts!==
"blockplan/v1"){let err3={instancePath:instancePath+"/facts",schemaPath:"#/properties/facts/const",keyword:"const",params:{
allowedValue:"blockplan/v1"}};vErrors===null?vErrors=[err3]:vErrors.push(err3),errors++}if(data.host!==void 0){let data1=data.
host;if(data1&&typeof data1=="object"&&!Array.isArray(data1)){for(let key1 in data1)if(key1!=="uri"){let err4={instancePath:instancePath+
"/host",schemaPath:"#/properties/host/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key1}};
vErrors===null?vErrors=[err4]:vErrors.push(err4),errors++}if(data1.uri!==void 0){let data2=data1.uri;if(typeof data2=="s\
tring"){if(func2(data2)<1){let err5={instancePath:instancePath+"/host/uri",schemaPath:"#/properties/host/properties/uri/\
minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err5]:vErrors.push(err5),errors++}}else{let err6={
instancePath:instancePath+"/host/uri",schemaPath:"#/properties/host/properties/uri/type",keyword:"type",params:{type:"st\
ring"}};vErrors===null?vErrors=[err6]:vErrors.push(err6),errors++}}}else{let err7={instancePath:instancePath+"/host",schemaPath:"\
#/properties/host/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err7]:vErrors.push(err7),errors++}}
if(data.domain!==void 0){let data3=data.domain;if(data3&&typeof data3=="object"&&!Array.isArray(data3)){if(data3.name===
void 0){let err8={instancePath:instancePath+"/domain",schemaPath:"#/properties/domain/required",keyword:"required",params:{
missingProperty:"name"}};vErrors===null?vErrors=[err8]:vErrors.push(err8),errors++}for(let key2 in data3)if(!func1.call(
schema31.properties.domain.properties,key2)){let err9={instancePath:instancePath+"/domain",schemaPath:"#/properties/doma\
in/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key2}};vErrors===null?vErrors=[err9]:
vErrors.push(err9),errors++}if(data3.name!==void 0){let data4=data3.name;if(typeof data4=="string"){if(func2(data4)<1){let err10={
instancePath:instancePath+"/domain/name",schemaPath:"#/properties/domain/properties/name/minLength",keyword:"minLength",
params:{limit:1}};vErrors===null?vErrors=[err10]:vErrors.push(err10),errors++}}else{let err11={instancePath:instancePath+
"/domain/name",schemaPath:"#/properties/domain/properties/name/type",keyword:"type",params:{type:"string"}};vErrors===null?
vErrors=[err11]:vErrors.push(err11),errors++}}if(data3.state!==void 0){let data5=data3.state;if(typeof data5!="string"){
let err12={instancePath:instancePath+"/domain/state",schemaPath:"#/properties/domain/properties/state/type",keyword:"typ\
e",params:{type:"string"}};vErrors===null?vErrors=[err12]:vErrors.push(err12),errors++}if(!(data5==="running"||data5==="\
paused"||data5==="in shutdown"||data5==="shut off"||data5==="crashed"||data5==="pmsuspended"||data5==="gone")){let err13={
instancePath:instancePath+"/domain/state",schemaPath:"#/properties/domain/properties/state/enum",keyword:"enum",params:{
allowedValues:schema31.properties.domain.properties.state.enum}};vErrors===null?vErrors=[err13]:vErrors.push(err13),errors++}}
if(data3.persistent!==void 0&&typeof data3.persistent!="boolean"){let err14={instancePath:instancePath+"/domain/persiste\
nt",schemaPath:"#/properties/domain/properties/persistent/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=
[err14]:vErrors.push(err14),errors++}if(data3.autostart!==void 0&&typeof data3.autostart!="boolean"){let err15={instancePath:instancePath+
"/domain/autostart",schemaPath:"#/properties/domain/properties/autostart/type",keyword:"type",params:{type:"boolean"}};vErrors===
null?vErrors=[err15]:vErrors.push(err15),errors++}if(data3.agent!==void 0&&typeof data3.agent!="boolean"){let err16={instancePath:instancePath+
"/domain/agent",schemaPath:"#/properties/domain/properties/agent/type",keyword:"type",params:{type:"boolean"}};vErrors===
null?vErrors=[err16]:vErrors.push(err16),errors++}if(data3["managed-save"]!==void 0&&typeof data3["managed-save"]!="bool\
ean"){let err17={instancePath:instancePath+"/domain/managed-save",schemaPath:"#/properties/domain/properties/managed-sav\
e/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err17]:vErrors.push(err17),errors++}if(data3.nvram!==
void 0&&typeof data3.nvram!="boolean"){let err18={instancePath:instancePath+"/domain/nvram",schemaPath:"#/properties/dom\
ain/properties/nvram/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err18]:vErrors.push(err18),errors++}
if(data3.tpm!==void 0&&typeof data3.tpm!="boolean"){let err19={instancePath:instancePath+"/domain/tpm",schemaPath:"#/pro\
perties/domain/properties/tpm/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err19]:vErrors.push(
err19),errors++}if(data3.snapshots!==void 0){let data12=data3.snapshots;if(Array.isArray(data12)){let len0=data12.length;
for(let i0=0;i0<len0;i0++){let data13=data12[i0];if(typeof data13=="string"){if(func2(data13)<1){let err20={instancePath:instancePath+
"/domain/snapshots/"+i0,schemaPath:"#/properties/domain/properties/snapshots/items/minLength",keyword:"minLength",params:{
limit:1}};vErrors===null?vErrors=[err20]:vErrors.push(err20),errors++}}else{let err21={instancePath:instancePath+"/domai\
n/snapshots/"+i0,schemaPath:"#/properties/domain/properties/snapshots/items/type",keyword:"type",params:{type:"string"}};
vErrors===null?vErrors=[err21]:vErrors.push(err21),errors++}}}else{let err22={instancePath:instancePath+"/domain/snapsho\
ts",schemaPath:"#/properties/domain/properties/snapshots/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=
[err22]:vErrors.push(err22),errors++}}if(data3.checkpoints!==void 0){let data14=data3.checkpoints;if(Array.isArray(data14)){
let len1=data14.length;for(let i1=0;i1<len1;i1++){let data15=data14[i1];if(typeof data15=="string"){if(func2(data15)<1){
let err23={instancePath:instancePath+"/domain/checkpoints/"+i1,schemaPath:"#/properties/domain/properties/checkpoints/it\
ems/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err23]:vErrors.push(err23),errors++}}else{let err24={
instancePath:instancePath+"/domain/checkpoints/"+i1,schemaPath:"#/properties/domain/properties/checkpoints/items/type",keyword:"\
type",params:{type:"string"}};vErrors===null?vErrors=[err24]:vErrors.push(err24),errors++}}}else{let err25={instancePath:instancePath+
"/domain/checkpoints",schemaPath:"#/properties/domain/properties/checkpoints/type",keyword:"type",params:{type:"array"}};
vErrors===null?vErrors=[err25]:vErrors.push(err25),errors++}}}else{let err26={instancePath:instancePath+"/domain",schemaPath:"\
#/properties/domain/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err26]:vErrors.push(err26),errors++}}
if(data.disks!==void 0){let data16=data.disks;if(Array.isArray(data16)){let len2=data16.length;for(let i2=0;i2<len2;i2++){
let data17=data16[i2];if(data17&&typeof data17=="object"&&!Array.isArray(data17)){if(data17.target===void 0){let err27={
instancePath:instancePath+"/disks/"+i2,schemaPath:"#/properties/disks/items/required",keyword:"required",params:{missingProperty:"\
target"}};vErrors===null?vErrors=[err27]:vErrors.push(err27),errors++}for(let key3 in data17)if(!(key3==="target"||key3===
"device"||key3==="readonly"||key3==="encrypted"||key3==="snapshot"||key3==="capacity"||key3==="chain"||key3==="job")){let err28={
instancePath:instancePath+"/disks/"+i2,schemaPath:"#/properties/disks/items/additionalProperties",keyword:"additionalPro\
perties",params:{additionalProperty:key3}};vErrors===null?vErrors=[err28]:vErrors.push(err28),errors++}if(data17.target!==
void 0){let data18=data17.target;if(typeof data18=="string"){if(func2(data18)<1){let err29={instancePath:instancePath+"/\
disks/"+i2+"/target",schemaPath:"#/properties/disks/items/properties/target/minLength",keyword:"minLength",params:{limit:1}};
vErrors===null?vErrors=[err29]:vErrors.push(err29),errors++}}else{let err30={instancePath:instancePath+"/disks/"+i2+"/ta\
rget",schemaPath:"#/properties/disks/items/properties/target/type",keyword:"type",params:{type:"string"}};vErrors===null?
vErrors=[err30]:vErrors.push(err30),errors++}}if(data17.device!==void 0){let data19=data17.device;if(typeof data19!="str\
ing"){let err31={instancePath:instancePath+"/disks/"+i2+"/device",schemaPath:"#/properties/disks/items/properties/device\
/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err31]:vErrors.push(err31),errors++}if(!(data19===
"disk"||data19==="cdrom"||data19==="floppy"||data19==="lun")){let err32={instancePath:instancePath+"/disks/"+i2+"/device",
schemaPath:"#/properties/disks/items/properties/device/enum",keyword:"enum",params:{allowedValues:schema31.properties.disks.
items.properties.device.enum}};vErrors===null?vErrors=[err32]:vErrors.push(err32),errors++}}if(data17.readonly!==void 0&&
typeof data17.readonly!="boolean"){let err33={instancePath:instancePath+"/disks/"+i2+"/readonly",schemaPath:"#/propertie\
s/disks/items/properties/readonly/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err33]:vErrors.push(
err33),errors++}if(data17.encrypted!==void 0&&typeof data17.encrypted!="boolean"){let err34={instancePath:instancePath+"\
/disks/"+i2+"/encrypted",schemaPath:"#/properties/disks/items/properties/encrypted/type",keyword:"type",params:{type:"bo\
olean"}};vErrors===null?vErrors=[err34]:vErrors.push(err34),errors++}if(data17.snapshot!==void 0){let data22=data17.snapshot;
if(typeof data22=="string"){if(func2(data22)<1){let err35={instancePath:instancePath+"/disks/"+i2+"/snapshot",schemaPath:"\
#/properties/disks/items/properties/snapshot/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err35]:
vErrors.push(err35),errors++}}else{let err36={instancePath:instancePath+"/disks/"+i2+"/snapshot",schemaPath:"#/propertie\
s/disks/items/properties/snapshot/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err36]:vErrors.push(
err36),errors++}}if(data17.capacity!==void 0){let data23=data17.capacity;if(typeof data23!="string"&&!(typeof data23=="n\
umber"&&!(data23%1)&&!isNaN(data23)&&isFinite(data23))){let err37={instancePath:instancePath+"/disks/"+i2+"/capacity",schemaPath:"\
#/properties/disks/items/properties/capacity/type",keyword:"type",params:{type:schema31.properties.disks.items.properties.
capacity.type}};vErrors===null?vErrors=[err37]:vErrors.push(err37),errors++}if(typeof data23=="number"&&isFinite(data23)){
if(data23>9007199254740991||isNaN(data23)){let err38={instancePath:instancePath+"/disks/"+i2+"/capacity",schemaPath:"#/p\
roperties/disks/items/properties/capacity/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===
null?vErrors=[err38]:vErrors.push(err38),errors++}if(data23<0||isNaN(data23)){let err39={instancePath:instancePath+"/dis\
ks/"+i2+"/capacity",schemaPath:"#/properties/disks/items/properties/capacity/minimum",keyword:"minimum",params:{comparison:"\
>=",limit:0}};vErrors===null?vErrors=[err39]:vErrors.push(err39),errors++}}if(typeof data23=="string"&&!pattern4.test(data23)){
let err40={instancePath:instancePath+"/disks/"+i2+"/capacity",schemaPath:"#/properties/disks/items/properties/capacity/p\
attern",keyword:"pattern",params:{pattern:"^[0-9]+(\\.[0-9]+)? ?(B|KiB|MiB|GiB|TiB|PiB)$"}};vErrors===null?vErrors=[err40]:
vErrors.push(err40),errors++}}if(data17.chain!==void 0){let data24=data17.chain;if(Array.isArray(data24)){let len3=data24.
length;for(let i3=0;i3<len3;i3++){let data25=data24[i3];if(!(data25&&typeof data25=="object"&&!Array.isArray(data25))&&typeof data25!=
"string"){let err41={instancePath:instancePath+"/disks/"+i2+"/chain/"+i3,schemaPath:"#/properties/disks/items/properties\
/chain/items/type",keyword:"type",params:{type:schema31.properties.disks.items.properties.chain.items.type}};vErrors===null?
vErrors=[err41]:vErrors.push(err41),errors++}if(typeof data25=="string"&&func2(data25)<1){let err42={instancePath:instancePath+
"/disks/"+i2+"/chain/"+i3,schemaPath:"#/properties/disks/items/properties/chain/items/minLength",keyword:"minLength",params:{
limit:1}};vErrors===null?vErrors=[err42]:vErrors.push(err42),errors++}if(data25&&typeof data25=="object"&&!Array.isArray(
data25)){if(data25.file===void 0){let err43={instancePath:instancePath+"/disks/"+i2+"/chain/"+i3,schemaPath:"#/propertie\
s/disks/items/properties/chain/items/required",keyword:"required",params:{missingProperty:"file"}};vErrors===null?vErrors=
[err43]:vErrors.push(err43),errors++}for(let key4 in data25)if(!(key4==="file"||key4==="format"||key4==="block"||key4===
"size")){let err44={instancePath:instancePath+"/disks/"+i2+"/chain/"+i3,schemaPath:"#/properties/disks/items/properties/\
chain/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key4}};vErrors===null?vErrors=
[err44]:vErrors.push(err44),errors++}if(data25.file!==void 0){let data26=data25.file;if(typeof data26=="string"){if(func2(
data26)<1){let err45={instancePath:instancePath+"/disks/"+i2+"/chain/"+i3+"/file",schemaPath:"#/properties/disks/items/p\
roperties/chain/items/properties/file/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err45]:vErrors.
push(err45),errors++}}else{let err46={instancePath:instancePath+"/disks/"+i2+"/chain/"+i3+"/file",schemaPath:"#/properti\
es/disks/items/properties/chain/items/properties/file/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=
[err46]:vErrors.push(err46),errors++}}if(data25.format!==void 0){let data27=data25.format;if(typeof data27=="string"){if(func2(
data27)<1){let err47={instancePath:instancePath+"/disks/"+i2+"/chain/"+i3+"/format",schemaPath:"#/properties/disks/items\
/properties/chain/items/properties/format/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err47]:
vErrors.push(err47),errors++}}else{let err48={instancePath:instancePath+"/disks/"+i2+"/chain/"+i3+"/format",schemaPath:"\
#/properties/disks/items/properties/chain/items/properties/format/type",keyword:"type",params:{type:"string"}};vErrors===
null?vErrors=[err48]:vErrors.push(err48),errors++}}if(data25.block!==void 0&&typeof data25.block!="boolean"){let err49={
instancePath:instancePath+"/disks/"+i2+"/chain/"+i3+"/block",schemaPath:"#/properties/disks/items/properties/chain/items\
/properties/block/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err49]:vErrors.push(err49),errors++}
if(data25.size!==void 0){let data29=data25.size;if(typeof data29!="string"&&!(typeof data29=="number"&&!(data29%1)&&!isNaN(
data29)&&isFinite(data29))){let err50={instancePath:instancePath+"/disks/"+i2+"/chain/"+i3+"/size",schemaPath:"#/propert\
ies/disks/items/properties/chain/items/properties/size/type",keyword:"type",params:{type:schema31.properties.disks.items.
properties.chain.items.properties.size.type}};vErrors===null?vErrors=[err50]:vErrors.push(err50),errors++}if(typeof data29==
"number"&&isFinite(data29)){if(data29>9007199254740991||isNaN(data29)){let err51={instancePath:instancePath+"/disks/"+i2+
"/chain/"+i3+"/size",schemaPath:"#/properties/disks/items/properties/chain/items/properties/size/maximum",keyword:"maxim\
um",params:{comparison:"<=",limit:9007199254740991}};vErrors===null?vErrors=[err51]:vErrors.push(err51),errors++}if(data29<
0||isNaN(data29)){let err52={instancePath:instancePath+"/disks/"+i2+"/chain/"+i3+"/size",schemaPath:"#/properties/disks/\
items/properties/chain/items/properties/size/minimum",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===null?
vErrors=[err52]:vErrors.push(err52),errors++}}if(typeof data29=="string"&&!pattern4.test(data29)){let err53={instancePath:instancePath+
"/disks/"+i2+"/chain/"+i3+"/size",schemaPath:"#/properties/disks/items/properties/chain/items/properties/size/pattern",keyword:"\
pattern",params:{pattern:"^[0-9]+(\\.[0-9]+)? ?(B|KiB|MiB|GiB|TiB|PiB)$"}};vErrors===null?vErrors=[err53]:vErrors.push(err53),
errors++}}}}}else{let err54={instancePath:instancePath+"/disks/"+i2+"/chain",schemaPath:"#/properties/disks/items/proper\
ties/chain/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err54]:vErrors.push(err54),errors++}}if(data17.
job!==void 0){let data30=data17.job;if(data30&&typeof data30=="object"&&!Array.isArray(data30)){if(data30.type===void 0){
let err55={instancePath:instancePath+"/disks/"+i2+"/job",schemaPath:"#/properties/disks/items/properties/job/required",keyword:"\
required",params:{missingProperty:"type"}};vErrors===null?vErrors=[err55]:vErrors.push(err55),errors++}for(let key5 in data30)
if(!(key5==="type"||key5==="ready"||key5==="mirror")){let err56={instancePath:instancePath+"/disks/"+i2+"/job",schemaPath:"\
#/properties/disks/items/properties/job/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key5}};
vErrors===null?vErrors=[err56]:vErrors.push(err56),errors++}if(data30.type!==void 0){let data31=data30.type;if(typeof data31!=
"string"){let err57={instancePath:instancePath+"/disks/"+i2+"/job/type",schemaPath:"#/properties/disks/items/properties/\
job/properties/type/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err57]:vErrors.push(err57),errors++}
if(!(data31==="copy"||data31==="commit"||data31==="active-commit"||data31==="pull"||data31==="backup"||data31==="other")){
let err58={instancePath:instancePath+"/disks/"+i2+"/job/type",schemaPath:"#/properties/disks/items/properties/job/proper\
ties/type/enum",keyword:"enum",params:{allowedValues:schema31.properties.disks.items.properties.job.properties.type.enum}};
vErrors===null?vErrors=[err58]:vErrors.push(err58),errors++}}if(data30.ready!==void 0&&typeof data30.ready!="boolean"){let err59={
instancePath:instancePath+"/disks/"+i2+"/job/ready",schemaPath:"#/properties/disks/items/properties/job/properties/ready\
/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err59]:vErrors.push(err59),errors++}if(data30.mirror!==
void 0){let data33=data30.mirror;if(typeof data33=="string"){if(func2(data33)<1){let err60={instancePath:instancePath+"/\
disks/"+i2+"/job/mirror",schemaPath:"#/properties/disks/items/properties/job/properties/mirror/minLength",keyword:"minLe\
ngth",params:{limit:1}};vErrors===null?vErrors=[err60]:vErrors.push(err60),errors++}}else{let err61={instancePath:instancePath+
"/disks/"+i2+"/job/mirror",schemaPath:"#/properties/disks/items/properties/job/properties/mirror/type",keyword:"type",params:{
type:"string"}};vErrors===null?vErrors=[err61]:vErrors.push(err61),errors++}}}else{let err62={instancePath:instancePath+
"/disks/"+i2+"/job",schemaPath:"#/properties/disks/items/properties/job/type",keyword:"type",params:{type:"object"}};vErrors===
null?vErrors=[err62]:vErrors.push(err62),errors++}}}else{let err63={instancePath:instancePath+"/disks/"+i2,schemaPath:"#\
/properties/disks/items/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err63]:vErrors.push(err63),
errors++}}}else{let err64={instancePath:instancePath+"/disks",schemaPath:"#/properties/disks/type",keyword:"type",params:{
type:"array"}};vErrors===null?vErrors=[err64]:vErrors.push(err64),errors++}}if(data.files!==void 0){let data34=data.files;
if(data34&&typeof data34=="object"&&!Array.isArray(data34)){for(let key6 in data34){let _errs76=errors;if(typeof key6=="\
string"){if(!pattern6.test(key6)){let err65={instancePath:instancePath+"/files",schemaPath:"#/properties/files/propertyN\
ames/pattern",keyword:"pattern",params:{pattern:"^/"},propertyName:key6};vErrors===null?vErrors=[err65]:vErrors.push(err65),
errors++}}else{let err66={instancePath:instancePath+"/files",schemaPath:"#/properties/files/propertyNames/type",keyword:"\
type",params:{type:"string"},propertyName:key6};vErrors===null?vErrors=[err66]:vErrors.push(err66),errors++}var valid14=_errs76===
errors;if(!valid14){let err67={instancePath:instancePath+"/files",schemaPath:"#/properties/files/propertyNames",keyword:"\
propertyNames",params:{propertyName:key6}};vErrors===null?vErrors=[err67]:vErrors.push(err67),errors++}}for(let key7 in data34){
let data35=data34[key7];if(!(data35&&typeof data35=="object"&&!Array.isArray(data35))&&typeof data35!="string"){let err68={
instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1"),schemaPath:"#/properties/files/additiona\
lProperties/type",keyword:"type",params:{type:schema31.properties.files.additionalProperties.type}};vErrors===null?vErrors=
[err68]:vErrors.push(err68),errors++}if(typeof data35=="string"&&!pattern7.test(data35)){let err69={instancePath:instancePath+
"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1"),schemaPath:"#/properties/files/additionalProperties/pattern",keyword:"\
pattern",params:{pattern:"^absent$"}};vErrors===null?vErrors=[err69]:vErrors.push(err69),errors++}if(data35&&typeof data35==
"object"&&!Array.isArray(data35)){for(let key8 in data35)if(!(key8==="size"||key8==="format"||key8==="backing")){let err70={
instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1"),schemaPath:"#/properties/files/additiona\
lProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key8}};vErrors===null?vErrors=
[err70]:vErrors.push(err70),errors++}if(data35.size!==void 0){let data36=data35.size;if(typeof data36!="string"&&!(typeof data36==
"number"&&!(data36%1)&&!isNaN(data36)&&isFinite(data36))){let err71={instancePath:instancePath+"/files/"+key7.replace(/~/g,
"~0").replace(/\//g,"~1")+"/size",schemaPath:"#/properties/files/additionalProperties/properties/size/type",keyword:"typ\
e",params:{type:schema31.properties.files.additionalProperties.properties.size.type}};vErrors===null?vErrors=[err71]:vErrors.
push(err71),errors++}if(typeof data36=="number"&&isFinite(data36)){if(data36>9007199254740991||isNaN(data36)){let err72={
instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/size",schemaPath:"#/properties/files/a\
dditionalProperties/properties/size/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===
null?vErrors=[err72]:vErrors.push(err72),errors++}if(data36<0||isNaN(data36)){let err73={instancePath:instancePath+"/fil\
es/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/size",schemaPath:"#/properties/files/additionalProperties/properties/\
size/minimum",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=[err73]:vErrors.push(err73),errors++}}
if(typeof data36=="string"&&!pattern4.test(data36)){let err74={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").
replace(/\//g,"~1")+"/size",schemaPath:"#/properties/files/additionalProperties/properties/size/pattern",keyword:"patter\
n",params:{pattern:"^[0-9]+(\\.[0-9]+)? ?(B|KiB|MiB|GiB|TiB|PiB)$"}};vErrors===null?vErrors=[err74]:vErrors.push(err74),
errors++}}if(data35.format!==void 0){let data37=data35.format;if(typeof data37=="string"){if(func2(data37)<1){let err75={
instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/format",schemaPath:"#/properties/files\
/additionalProperties/properties/format/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err75]:
vErrors.push(err75),errors++}}else{let err76={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,
"~1")+"/format",schemaPath:"#/properties/files/additionalProperties/properties/format/type",keyword:"type",params:{type:"\
string"}};vErrors===null?vErrors=[err76]:vErrors.push(err76),errors++}}if(data35.backing!==void 0){let data38=data35.backing;
if(typeof data38=="string"){if(func2(data38)<1){let err77={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(
/\//g,"~1")+"/backing",schemaPath:"#/properties/files/additionalProperties/properties/backing/minLength",keyword:"minLen\
gth",params:{limit:1}};vErrors===null?vErrors=[err77]:vErrors.push(err77),errors++}}else{let err78={instancePath:instancePath+
"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/backing",schemaPath:"#/properties/files/additionalProperties/pro\
perties/backing/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err78]:vErrors.push(err78),errors++}}}}}else{
let err79={instancePath:instancePath+"/files",schemaPath:"#/properties/files/type",keyword:"type",params:{type:"object"}};
vErrors===null?vErrors=[err79]:vErrors.push(err79),errors++}}if(data["same-files"]!==void 0){let data39=data["same-files"];
if(Array.isArray(data39)){let len4=data39.length;for(let i4=0;i4<len4;i4++){let data40=data39[i4];if(Array.isArray(data40)){
if(data40.length<2){let err80={instancePath:instancePath+"/same-files/"+i4,schemaPath:"#/properties/same-files/items/min\
Items",keyword:"minItems",params:{limit:2}};vErrors===null?vErrors=[err80]:vErrors.push(err80),errors++}let len5=data40.
length;for(let i5=0;i5<len5;i5++){let data41=data40[i5];if(typeof data41=="string"){if(!pattern6.test(data41)){let err81={
instancePath:instancePath+"/same-files/"+i4+"/"+i5,schemaPath:"#/properties/same-files/items/items/pattern",keyword:"pat\
tern",params:{pattern:"^/"}};vErrors===null?vErrors=[err81]:vErrors.push(err81),errors++}}else{let err82={instancePath:instancePath+
"/same-files/"+i4+"/"+i5,schemaPath:"#/properties/same-files/items/items/type",keyword:"type",params:{type:"string"}};vErrors===
null?vErrors=[err82]:vErrors.push(err82),errors++}}}else{let err83={instancePath:instancePath+"/same-files/"+i4,schemaPath:"\
#/properties/same-files/items/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err83]:vErrors.push(err83),
errors++}}}else{let err84={instancePath:instancePath+"/same-files",schemaPath:"#/properties/same-files/type",keyword:"ty\
pe",params:{type:"array"}};vErrors===null?vErrors=[err84]:vErrors.push(err84),errors++}}if(data.folders!==void 0){let data42=data.
folders;if(data42&&typeof data42=="object"&&!Array.isArray(data42)){for(let key9 in data42){let _errs96=errors;if(typeof key9==
"string"){if(!pattern6.test(key9)){let err85={instancePath:instancePath+"/folders",schemaPath:"#/properties/folders/prop\
ertyNames/pattern",keyword:"pattern",params:{pattern:"^/"},propertyName:key9};vErrors===null?vErrors=[err85]:vErrors.push(
err85),errors++}}else{let err86={instancePath:instancePath+"/folders",schemaPath:"#/properties/folders/propertyNames/typ\
e",keyword:"type",params:{type:"string"},propertyName:key9};vErrors===null?vErrors=[err86]:vErrors.push(err86),errors++}
var valid21=_errs96===errors;if(!valid21){let err87={instancePath:instancePath+"/folders",schemaPath:"#/properties/folde\
rs/propertyNames",keyword:"propertyNames",params:{propertyName:key9}};vErrors===null?vErrors=[err87]:vErrors.push(err87),
errors++}}for(let key10 in data42){let data43=data42[key10];if(!(data43&&typeof data43=="object"&&!Array.isArray(data43))&&
typeof data43!="string"){let err88={instancePath:instancePath+"/folders/"+key10.replace(/~/g,"~0").replace(/\//g,"~1"),schemaPath:"\
#/properties/folders/additionalProperties/type",keyword:"type",params:{type:schema31.properties.folders.additionalProperties.
type}};vErrors===null?vErrors=[err88]:vErrors.push(err88),errors++}if(typeof data43=="string"&&!pattern7.test(data43)){let err89={
instancePath:instancePath+"/folders/"+key10.replace(/~/g,"~0").replace(/\//g,"~1"),schemaPath:"#/properties/folders/addi\
tionalProperties/pattern",keyword:"pattern",params:{pattern:"^absent$"}};vErrors===null?vErrors=[err89]:vErrors.push(err89),
errors++}if(data43&&typeof data43=="object"&&!Array.isArray(data43)){for(let key11 in data43)if(!(key11==="free"||key11===
"writable")){let err90={instancePath:instancePath+"/folders/"+key10.replace(/~/g,"~0").replace(/\//g,"~1"),schemaPath:"#\
/properties/folders/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key11}};
vErrors===null?vErrors=[err90]:vErrors.push(err90),errors++}if(data43.free!==void 0){let data44=data43.free;if(typeof data44!=
"string"&&!(typeof data44=="number"&&!(data44%1)&&!isNaN(data44)&&isFinite(data44))){let err91={instancePath:instancePath+
"/folders/"+key10.replace(/~/g,"~0").replace(/\//g,"~1")+"/free",schemaPath:"#/properties/folders/additionalProperties/p\
roperties/free/type",keyword:"type",params:{type:schema31.properties.folders.additionalProperties.properties.free.type}};
vErrors===null?vErrors=[err91]:vErrors.push(err91),errors++}if(typeof data44=="number"&&isFinite(data44)){if(data44>9007199254740991||
isNaN(data44)){let err92={instancePath:instancePath+"/folders/"+key10.replace(/~/g,"~0").replace(/\//g,"~1")+"/free",schemaPath:"\
#/properties/folders/additionalProperties/properties/free/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};
vErrors===null?vErrors=[err92]:vErrors.push(err92),errors++}if(data44<0||isNaN(data44)){let err93={instancePath:instancePath+
"/folders/"+key10.replace(/~/g,"~0").replace(/\//g,"~1")+"/free",schemaPath:"#/properties/folders/additionalProperties/p\
roperties/free/minimum",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=[err93]:vErrors.push(
err93),errors++}}if(typeof data44=="string"&&!pattern4.test(data44)){let err94={instancePath:instancePath+"/folders/"+key10.
replace(/~/g,"~0").replace(/\//g,"~1")+"/free",schemaPath:"#/properties/folders/additionalProperties/properties/free/pat\
tern",keyword:"pattern",params:{pattern:"^[0-9]+(\\.[0-9]+)? ?(B|KiB|MiB|GiB|TiB|PiB)$"}};vErrors===null?vErrors=[err94]:
vErrors.push(err94),errors++}}if(data43.writable!==void 0&&typeof data43.writable!="boolean"){let err95={instancePath:instancePath+
"/folders/"+key10.replace(/~/g,"~0").replace(/\//g,"~1")+"/writable",schemaPath:"#/properties/folders/additionalProperti\
es/properties/writable/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err95]:vErrors.push(err95),
errors++}}}}else{let err96={instancePath:instancePath+"/folders",schemaPath:"#/properties/folders/type",keyword:"type",params:{
type:"object"}};vErrors===null?vErrors=[err96]:vErrors.push(err96),errors++}}if(data.others!==void 0){let data46=data.others;
if(Array.isArray(data46)){let len6=data46.length;for(let i6=0;i6<len6;i6++){let data47=data46[i6];if(data47&&typeof data47==
"object"&&!Array.isArray(data47)){if(data47.name===void 0){let err97={instancePath:instancePath+"/others/"+i6,schemaPath:"\
#/properties/others/items/required",keyword:"required",params:{missingProperty:"name"}};vErrors===null?vErrors=[err97]:vErrors.
push(err97),errors++}for(let key12 in data47)if(!(key12==="name"||key12==="files"||key12==="writes"||key12==="unread")){
let err98={instancePath:instancePath+"/others/"+i6,schemaPath:"#/properties/others/items/additionalProperties",keyword:"\
additionalProperties",params:{additionalProperty:key12}};vErrors===null?vErrors=[err98]:vErrors.push(err98),errors++}if(data47.
name!==void 0){let data48=data47.name;if(typeof data48=="string"){if(func2(data48)<1){let err99={instancePath:instancePath+
"/others/"+i6+"/name",schemaPath:"#/properties/others/items/properties/name/minLength",keyword:"minLength",params:{limit:1}};
vErrors===null?vErrors=[err99]:vErrors.push(err99),errors++}}else{let err100={instancePath:instancePath+"/others/"+i6+"/\
name",schemaPath:"#/properties/others/items/properties/name/type",keyword:"type",params:{type:"string"}};vErrors===null?
vErrors=[err100]:vErrors.push(err100),errors++}}if(data47.files!==void 0){let data49=data47.files;if(Array.isArray(data49)){
let len7=data49.length;for(let i7=0;i7<len7;i7++){let data50=data49[i7];if(typeof data50=="string"){if(func2(data50)<1){
let err101={instancePath:instancePath+"/others/"+i6+"/files/"+i7,schemaPath:"#/properties/others/items/properties/files/\
items/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err101]:vErrors.push(err101),errors++}}else{
let err102={instancePath:instancePath+"/others/"+i6+"/files/"+i7,schemaPath:"#/properties/others/items/properties/files/\
items/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err102]:vErrors.push(err102),errors++}}}else{
let err103={instancePath:instancePath+"/others/"+i6+"/files",schemaPath:"#/properties/others/items/properties/files/type",
keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err103]:vErrors.push(err103),errors++}}if(data47.writes!==
void 0){let data51=data47.writes;if(Array.isArray(data51)){let len8=data51.length;for(let i8=0;i8<len8;i8++){let data52=data51[i8];
if(typeof data52=="string"){if(func2(data52)<1){let err104={instancePath:instancePath+"/others/"+i6+"/writes/"+i8,schemaPath:"\
#/properties/others/items/properties/writes/items/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=
[err104]:vErrors.push(err104),errors++}}else{let err105={instancePath:instancePath+"/others/"+i6+"/writes/"+i8,schemaPath:"\
#/properties/others/items/properties/writes/items/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err105]:
vErrors.push(err105),errors++}}}else{let err106={instancePath:instancePath+"/others/"+i6+"/writes",schemaPath:"#/propert\
ies/others/items/properties/writes/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err106]:vErrors.push(
err106),errors++}}if(data47.unread!==void 0){let data53=data47.unread;if(Array.isArray(data53)){let len9=data53.length;for(let i9=0;i9<
len9;i9++){let data54=data53[i9];if(typeof data54=="string"){if(func2(data54)<1){let err107={instancePath:instancePath+"\
/others/"+i6+"/unread/"+i9,schemaPath:"#/properties/others/items/properties/unread/items/minLength",keyword:"minLength",
params:{limit:1}};vErrors===null?vErrors=[err107]:vErrors.push(err107),errors++}}else{let err108={instancePath:instancePath+
"/others/"+i6+"/unread/"+i9,schemaPath:"#/properties/others/items/properties/unread/items/type",keyword:"type",params:{type:"\
string"}};vErrors===null?vErrors=[err108]:vErrors.push(err108),errors++}}}else{let err109={instancePath:instancePath+"/o\
thers/"+i6+"/unread",schemaPath:"#/properties/others/items/properties/unread/type",keyword:"type",params:{type:"array"}};
vErrors===null?vErrors=[err109]:vErrors.push(err109),errors++}}}else{let err110={instancePath:instancePath+"/others/"+i6,
schemaPath:"#/properties/others/items/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err110]:vErrors.
push(err110),errors++}}}else{let err111={instancePath:instancePath+"/others",schemaPath:"#/properties/others/type",keyword:"\
type",params:{type:"array"}};vErrors===null?vErrors=[err111]:vErrors.push(err111),errors++}}if(data.definition!==void 0){
let data55=data.definition;if(typeof data55=="string"){if(func2(data55)<1){let err112={instancePath:instancePath+"/defin\
ition",schemaPath:"#/properties/definition/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err112]:
vErrors.push(err112),errors++}}else{let err113={instancePath:instancePath+"/definition",schemaPath:"#/properties/definit\
ion/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err113]:vErrors.push(err113),errors++}}}else{let err114={
instancePath,schemaPath:"#/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err114]:vErrors.push(err114),
errors++}return validate20.errors=vErrors,errors===0}validate20.evaluated={props:!0,dynamicProps:!1,dynamicItems:!1};export{stdin_default as default,validate};
