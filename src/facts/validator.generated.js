// Generated from src/facts/schema.ts by `npm run generate`; do not edit.
var __getOwnPropNames=Object.getOwnPropertyNames;var __commonJS=(cb,mod)=>function(){try{return mod||(0,cb[__getOwnPropNames(cb)[0]])((mod={exports:{}}).exports,mod),mod.
exports}catch(e){throw mod=0,e}};var require_ucs2length=__commonJS({"node_modules/ajv/dist/runtime/ucs2length.js"(exports){"use strict";Object.defineProperty(
exports,"__esModule",{value:!0});function ucs2length(str){let len=str.length,length=0,pos=0,value;for(;pos<len;)length++,
value=str.charCodeAt(pos++),value>=55296&&value<=56319&&pos<len&&(value=str.charCodeAt(pos),(value&64512)===56320&&pos++);
return length}exports.default=ucs2length;ucs2length.code='require("ajv/dist/runtime/ucs2length").default'}});var validate=validate52,stdin_default=validate52,schema19={$schema:"https://json-schema.org/draft/2020-12/schema",$id:"u\
rn:blockplan:schema:facts:v1",title:"blockplan facts",description:"State of a host, as far as it matters to a plan for o\
ne of its guests.",type:"object",additionalProperties:!1,required:["facts","domain"],properties:{facts:{const:"blockplan\
/v1",description:"Format of the facts."},host:{type:"object",additionalProperties:!1,properties:{uri:{type:"string",minLength:1,
description:"Connection URI that was used to read the facts."},libvirt:{type:"string",minLength:1,description:"Version o\
f libvirt, such as `9.0.0`; unknown unless specified.",title:'a version such as "9.0.0"',pattern:"^[0-9]+(\\.[0-9]+)*$"},
qemu:{type:"string",minLength:1,description:"Version of QEMU, such as `7.2.22`; unknown unless specified.",title:'a vers\
ion such as "9.0.0"',pattern:"^[0-9]+(\\.[0-9]+)*$"}}},domain:{type:"object",additionalProperties:!1,required:["name"],properties:{
name:{type:"string",minLength:1,description:"Name of the guest's domain."},state:{type:"string",enum:["running","paused",
"in shutdown","shut off","crashed","pmsuspended","gone"],default:"running",description:"State as in `virsh domstate`; `g\
one` if the domain does not exist."},persistent:{type:"boolean",default:!0,description:"Whether the domain has a persist\
ent definition."},autostart:{type:"boolean",default:!1,description:"Whether the guest starts with the host."},agent:{type:"\
boolean",default:!1,description:"Whether the guest agent is connected."},"managed-save":{type:"boolean",default:!1,description:"\
Whether the domain has a managed save image."},nvram:{type:"boolean",default:!1,description:"Whether the guest has an NV\
RAM file; taken from the definition unless specified."},tpm:{type:"boolean",default:!1,description:"Whether the guest ha\
s a TPM; taken from the definition unless specified."},apparmor:{type:"boolean",default:!1,description:"Whether AppArmor\
 restricts the files that the guest's QEMU can open."},snapshots:{type:"array",items:{type:"string",minLength:1,description:"\
Name of the snapshot."},description:"Snapshots of the domain, parents first."},checkpoints:{type:"array",items:{type:"st\
ring",minLength:1,description:"Name of the checkpoint."},description:"Checkpoints of the domain, parents first."}},description:"\
The guest: a map with its name."},disks:{type:"array",items:{type:"object",additionalProperties:!1,required:["target"],properties:{
target:{type:"string",minLength:1,description:"Name of the disk in the guest, such as `vda`."},device:{type:"string",enum:[
"disk","cdrom","floppy","lun"],default:"disk",description:"Device type that the guest sees."},readonly:{type:"boolean",description:"\
Whether the disk is read-only; unless specified, only a CD-ROM is."},unsupported:{type:"array",items:{type:"string",minLength:1,
description:"An element as XML: `<slices>`, `<shareable>`."},description:"Properties that blockplan does not support, in\
 addition to those in the definition."},"detect-zeroes":{type:"boolean",default:!1,description:"Whether QEMU looks for z\
eroes in what is written to the disk."},snapshot:{type:"string",minLength:1,description:"Snapshot mode of the disk in th\
e definition: `no`, `external`, \u2026"},capacity:{type:["string","integer"],title:'a size such as 40G or "3.3 GiB" (K, \
M, G, T, P: powers of 1024), or a number of bytes',pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$",
minimum:0,maximum:9007199254740991,description:"Virtual size, as the guest sees it."},chain:{type:"array",items:{type:["\
object","string"],additionalProperties:!1,required:["file"],properties:{file:{type:"string",minLength:1,description:"A p\
ath, or the name of a network image in libvirt: `nbd:export`.",title:'a path, or a word such as "nbd:export"',pattern:"^\
(/|[A-Za-z][A-Za-z0-9+.-]*:)"},format:{type:"string",minLength:1,description:"Image format: `qcow2`, `raw`, \u2026",default:"\
qcow2"},block:{type:"boolean",default:!1,description:"Whether the layer is a block device."},size:{type:["string","integ\
er"],title:'a size such as 40G or "3.3 GiB" (K, M, G, T, P: powers of 1024), or a number of bytes',pattern:"^([0-9]+ ?B|\
[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$",minimum:0,maximum:9007199254740991,description:"Space that the layer use\
s. Default: the capacity of the disk; unknown if that is not specified either."},"data-files":{type:"array",items:{type:"\
string",minLength:1,description:"A path, or the name of a network image in libvirt: `nbd:export`.",title:'a path, or a w\
ord such as "nbd:export"',pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)"},description:"Other files that hold data of the image:\
 the data file of a qcow2, the extents of a vmdk; none unless specified."}},pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)",title:'\
a path, or a map with "file"'},description:"Layers of the disk, starting with the active layer; empty without a medium."},
job:{type:"object",additionalProperties:!1,required:["type"],properties:{type:{type:"string",enum:["copy","commit","acti\
ve-commit","pull","backup","other"],description:"Type of the block job."},ready:{type:"boolean",default:!1,description:"\
Whether source and target have the same data."},mirror:{type:"string",minLength:1,description:"Target of the block job.",
title:'a path, or a word such as "nbd:export"',pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)"}},description:"Block job that is \
running on the disk."}}},description:"Disks of the guest; taken from the definition unless specified."},files:{type:"obj\
ect",propertyNames:{type:"string",title:"an absolute path",pattern:"^/"},additionalProperties:{type:["object","string"],
additionalProperties:!1,properties:{size:{type:["string","integer"],title:'a size such as 40G or "3.3 GiB" (K, M, G, T, \
P: powers of 1024), or a number of bytes',pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$",minimum:0,
maximum:9007199254740991,description:"Space that the file uses; unknown unless specified."},format:{type:"string",minLength:1,
description:"Image format: `qcow2`, `raw`, \u2026; unknown unless specified."},backing:{type:"string",minLength:1,description:"\
Backing file as recorded in the header, or `none`. Default: for a layer of a chain, the layer below it; otherwise unknow\
n."},"data-files":{type:"array",items:{type:"string",minLength:1,description:"A path, or the name of a network image in \
libvirt: `nbd:export`.",title:'a path, or a word such as "nbd:export"',pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)"},description:"\
Other files that hold data of the image: the data file of a qcow2, the extents of a vmdk; none unless specified."},link:{
type:"boolean",default:!1,description:"Whether the path is a symbolic link."},place:{type:"object",additionalProperties:!1,
required:["kind","length"],properties:{kind:{type:"string",enum:["file","block device","folder","other"],description:"Ty\
pe of the file."},length:{type:["string","integer"],title:'a size such as 40G or "3.3 GiB" (K, M, G, T, P: powers of 102\
4), or a number of bytes',pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$",minimum:0,maximum:9007199254740991,
description:"Length in bytes; for a raw image, the virtual size."},header:{type:"object",additionalProperties:!1,required:[
"format","virtual-size"],properties:{format:{type:"string",minLength:1,description:"`qcow2` or `qed`."},"virtual-size":{
type:["string","integer"],title:'a size such as 40G or "3.3 GiB" (K, M, G, T, P: powers of 1024), or a number of bytes',
pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$",minimum:0,maximum:9007199254740991,description:"Vir\
tual size, as the guest sees it."}},description:"Image header in the first bytes; absent if the file has none."},"held-b\
y":{type:"array",items:{type:"string",minLength:1,description:'A clause that follows "it is": `mounted at /mnt`.'},description:"\
Uses of the file on the host; none unless specified."}},description:"Properties of the file that a step checks before it\
 overwrites the file; unknown unless specified."},extents:{type:"object",additionalProperties:!1,required:["virtual-size",
"layers"],properties:{"virtual-size":{type:["string","integer"],title:'a size such as 40G or "3.3 GiB" (K, M, G, T, P: p\
owers of 1024), or a number of bytes',pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$",minimum:0,maximum:9007199254740991,
description:"Virtual size, as the guest sees it."},layers:{type:"array",items:{type:"object",additionalProperties:!1,required:[
"data"],properties:{data:{type:["string","integer"],title:'a size such as 40G or "3.3 GiB" (K, M, G, T, P: powers of 102\
4), or a number of bytes',pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$",minimum:0,maximum:9007199254740991,
description:"Data that a copy takes, uncompressed."},empty:{type:["string","integer"],title:'a size such as 40G or "3.3 \
GiB" (K, M, G, T, P: powers of 1024), or a number of bytes',pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP\
]iB))$",minimum:0,maximum:9007199254740991,description:"Areas that are allocated but empty, which only block jobs write;\
 0 unless specified."},zeroes:{type:["string","integer"],title:'a size such as 40G or "3.3 GiB" (K, M, G, T, P: powers o\
f 1024), or a number of bytes',pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$",minimum:0,maximum:9007199254740991,
description:"Zeroes that hide the layers below, such as discarded areas; 0 unless specified."}}},description:"The image \
and the files below it, topmost first, each with what the others do not hide."}},description:"What `qemu-img map` shows \
of the image, so that a preview knows how much a copy of it takes; the sizes of the files count unless specified."}},pattern:"\
^absent$",title:'"absent", or a map with "size", "format", "backing", "data-files", "link", "place" or "extents"'},description:"\
Other files that a plan uses, by path."},"same-files":{type:"array",items:{type:"array",minItems:2,items:{type:"string",
title:"an absolute path",pattern:"^/"}},description:"Groups of paths that lead to the same file, through links or mounts\
."},folders:{type:"object",propertyNames:{type:"string",title:"an absolute path",pattern:"^/"},additionalProperties:{type:[
"object","string"],additionalProperties:!1,properties:{free:{type:["string","integer"],title:'a size such as 40G or "3.3\
 GiB" (K, M, G, T, P: powers of 1024), or a number of bytes',pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGT\
P]iB))$",minimum:0,maximum:9007199254740991,description:"Free space; unlimited unless specified."},writable:{type:"boole\
an",default:!0,description:"Whether files can be created in the folder."},compresses:{type:"boolean",default:!1,description:"\
Whether its file system may compress or deduplicate files."}},pattern:"^absent$",title:'"absent", or a map with "free", \
"writable" or "compresses"'},description:"Folders that a plan uses, by path."},others:{type:"array",items:{type:"object",
additionalProperties:!1,required:["name"],properties:{name:{type:"string",minLength:1,description:"Name of the domain."},
files:{type:"array",items:{type:"string",minLength:1,description:"A path, or the name of a network image in libvirt: `nb\
d:export`.",title:'a path, or a word such as "nbd:export"',pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)"},description:"Files t\
hat it shares with the guest or the plan and does not write to."},writes:{type:"array",items:{type:"string",minLength:1,
description:"A path, or the name of a network image in libvirt: `nbd:export`.",title:'a path, or a word such as "nbd:exp\
ort"',pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)"},description:"Files that it shares and writes to."},running:{type:"boolean",
default:!1,description:"Whether its guest is known to run."},unread:{type:"array",items:{type:"string",minLength:1,description:"\
A path, or the name of a network image in libvirt: `nbd:export`.",title:'a path, or a word such as "nbd:export"',pattern:"\
^(/|[A-Za-z][A-Za-z0-9+.-]*:)"},description:"Images of the domain that cannot be read."}}},description:"Other guests of \
the host that share files with the guest or the plan. If the key is missing, a preview reports them as not checked."},definition:{
type:"string",minLength:1,description:"Persistent definition, without secrets; generated from the disks unless specified\
."}},examples:[{facts:"blockplan/v1",domain:{name:"testvm"},disks:[{target:"vda",chain:["/images/testvm.qcow2","/images/\
base.qcow2"]}]}]},func1=Object.prototype.hasOwnProperty,func2=require_ucs2length().default,pattern3=new RegExp("^[0-9]+(\
\\.[0-9]+)*$","u"),pattern5=new RegExp("^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$","u"),pattern6=new RegExp(
"^(/|[A-Za-z][A-Za-z0-9+.-]*:)","u"),pattern11=new RegExp("^/","u"),pattern12=new RegExp("^absent$","u");function validate52(data,{
instancePath="",parentData,parentDataProperty,rootData=data,dynamicAnchors={}}={}){let vErrors=null,errors=0,evaluated0=validate52.
evaluated;if(evaluated0.dynamicProps&&(evaluated0.props=void 0),evaluated0.dynamicItems&&(evaluated0.items=void 0),data&&
typeof data=="object"&&!Array.isArray(data)){if(data.facts===void 0){let err0={instancePath,schemaPath:"#/required",keyword:"\
required",params:{missingProperty:"facts"}};vErrors===null?vErrors=[err0]:vErrors.push(err0),errors++}if(data.domain===void 0){
let err1={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"domain"}};vErrors===null?vErrors=
[err1]:vErrors.push(err1),errors++}for(let key0 in data)if(!func1.call(schema19.properties,key0)){let err2={instancePath,
schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key0}};vErrors===null?vErrors=
[err2]:vErrors.push(err2),errors++}if(data.facts!==void 0&&data.facts!=="blockplan/v1"){let err3={instancePath:instancePath+
"/facts",schemaPath:"#/properties/facts/const",keyword:"const",params:{allowedValue:"blockplan/v1"}};vErrors===null?vErrors=
[err3]:vErrors.push(err3),errors++}if(data.host!==void 0){let data1=data.host;if(data1&&typeof data1=="object"&&!Array.isArray(
data1)){for(let key1 in data1)if(!(key1==="uri"||key1==="libvirt"||key1==="qemu")){let err4={instancePath:instancePath+"\
/host",schemaPath:"#/properties/host/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key1}};
vErrors===null?vErrors=[err4]:vErrors.push(err4),errors++}if(data1.uri!==void 0){let data2=data1.uri;if(typeof data2=="s\
tring"){if(func2(data2)<1){let err5={instancePath:instancePath+"/host/uri",schemaPath:"#/properties/host/properties/uri/\
minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err5]:vErrors.push(err5),errors++}}else{let err6={
instancePath:instancePath+"/host/uri",schemaPath:"#/properties/host/properties/uri/type",keyword:"type",params:{type:"st\
ring"}};vErrors===null?vErrors=[err6]:vErrors.push(err6),errors++}}if(data1.libvirt!==void 0){let data3=data1.libvirt;if(typeof data3==
"string"){if(func2(data3)<1){let err7={instancePath:instancePath+"/host/libvirt",schemaPath:"#/properties/host/propertie\
s/libvirt/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err7]:vErrors.push(err7),errors++}if(!pattern3.
test(data3)){let err8={instancePath:instancePath+"/host/libvirt",schemaPath:"#/properties/host/properties/libvirt/patter\
n",keyword:"pattern",params:{pattern:"^[0-9]+(\\.[0-9]+)*$"}};vErrors===null?vErrors=[err8]:vErrors.push(err8),errors++}}else{
let err9={instancePath:instancePath+"/host/libvirt",schemaPath:"#/properties/host/properties/libvirt/type",keyword:"type",
params:{type:"string"}};vErrors===null?vErrors=[err9]:vErrors.push(err9),errors++}}if(data1.qemu!==void 0){let data4=data1.
qemu;if(typeof data4=="string"){if(func2(data4)<1){let err10={instancePath:instancePath+"/host/qemu",schemaPath:"#/prope\
rties/host/properties/qemu/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err10]:vErrors.push(
err10),errors++}if(!pattern3.test(data4)){let err11={instancePath:instancePath+"/host/qemu",schemaPath:"#/properties/hos\
t/properties/qemu/pattern",keyword:"pattern",params:{pattern:"^[0-9]+(\\.[0-9]+)*$"}};vErrors===null?vErrors=[err11]:vErrors.
push(err11),errors++}}else{let err12={instancePath:instancePath+"/host/qemu",schemaPath:"#/properties/host/properties/qe\
mu/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err12]:vErrors.push(err12),errors++}}}else{let err13={
instancePath:instancePath+"/host",schemaPath:"#/properties/host/type",keyword:"type",params:{type:"object"}};vErrors===null?
vErrors=[err13]:vErrors.push(err13),errors++}}if(data.domain!==void 0){let data5=data.domain;if(data5&&typeof data5=="ob\
ject"&&!Array.isArray(data5)){if(data5.name===void 0){let err14={instancePath:instancePath+"/domain",schemaPath:"#/prope\
rties/domain/required",keyword:"required",params:{missingProperty:"name"}};vErrors===null?vErrors=[err14]:vErrors.push(err14),
errors++}for(let key2 in data5)if(!func1.call(schema19.properties.domain.properties,key2)){let err15={instancePath:instancePath+
"/domain",schemaPath:"#/properties/domain/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key2}};
vErrors===null?vErrors=[err15]:vErrors.push(err15),errors++}if(data5.name!==void 0){let data6=data5.name;if(typeof data6==
"string"){if(func2(data6)<1){let err16={instancePath:instancePath+"/domain/name",schemaPath:"#/properties/domain/propert\
ies/name/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err16]:vErrors.push(err16),errors++}}else{
let err17={instancePath:instancePath+"/domain/name",schemaPath:"#/properties/domain/properties/name/type",keyword:"type",
params:{type:"string"}};vErrors===null?vErrors=[err17]:vErrors.push(err17),errors++}}if(data5.state!==void 0){let data7=data5.
state;if(typeof data7!="string"){let err18={instancePath:instancePath+"/domain/state",schemaPath:"#/properties/domain/pr\
operties/state/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err18]:vErrors.push(err18),errors++}
if(!(data7==="running"||data7==="paused"||data7==="in shutdown"||data7==="shut off"||data7==="crashed"||data7==="pmsuspe\
nded"||data7==="gone")){let err19={instancePath:instancePath+"/domain/state",schemaPath:"#/properties/domain/properties/\
state/enum",keyword:"enum",params:{allowedValues:schema19.properties.domain.properties.state.enum}};vErrors===null?vErrors=
[err19]:vErrors.push(err19),errors++}}if(data5.persistent!==void 0&&typeof data5.persistent!="boolean"){let err20={instancePath:instancePath+
"/domain/persistent",schemaPath:"#/properties/domain/properties/persistent/type",keyword:"type",params:{type:"boolean"}};
vErrors===null?vErrors=[err20]:vErrors.push(err20),errors++}if(data5.autostart!==void 0&&typeof data5.autostart!="boolea\
n"){let err21={instancePath:instancePath+"/domain/autostart",schemaPath:"#/properties/domain/properties/autostart/type",
keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err21]:vErrors.push(err21),errors++}if(data5.agent!==void 0&&
typeof data5.agent!="boolean"){let err22={instancePath:instancePath+"/domain/agent",schemaPath:"#/properties/domain/prop\
erties/agent/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err22]:vErrors.push(err22),errors++}if(data5["\
managed-save"]!==void 0&&typeof data5["managed-save"]!="boolean"){let err23={instancePath:instancePath+"/domain/managed-\
save",schemaPath:"#/properties/domain/properties/managed-save/type",keyword:"type",params:{type:"boolean"}};vErrors===null?
vErrors=[err23]:vErrors.push(err23),errors++}if(data5.nvram!==void 0&&typeof data5.nvram!="boolean"){let err24={instancePath:instancePath+
"/domain/nvram",schemaPath:"#/properties/domain/properties/nvram/type",keyword:"type",params:{type:"boolean"}};vErrors===
null?vErrors=[err24]:vErrors.push(err24),errors++}if(data5.tpm!==void 0&&typeof data5.tpm!="boolean"){let err25={instancePath:instancePath+
"/domain/tpm",schemaPath:"#/properties/domain/properties/tpm/type",keyword:"type",params:{type:"boolean"}};vErrors===null?
vErrors=[err25]:vErrors.push(err25),errors++}if(data5.apparmor!==void 0&&typeof data5.apparmor!="boolean"){let err26={instancePath:instancePath+
"/domain/apparmor",schemaPath:"#/properties/domain/properties/apparmor/type",keyword:"type",params:{type:"boolean"}};vErrors===
null?vErrors=[err26]:vErrors.push(err26),errors++}if(data5.snapshots!==void 0){let data15=data5.snapshots;if(Array.isArray(
data15)){let len0=data15.length;for(let i0=0;i0<len0;i0++){let data16=data15[i0];if(typeof data16=="string"){if(func2(data16)<
1){let err27={instancePath:instancePath+"/domain/snapshots/"+i0,schemaPath:"#/properties/domain/properties/snapshots/ite\
ms/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err27]:vErrors.push(err27),errors++}}else{let err28={
instancePath:instancePath+"/domain/snapshots/"+i0,schemaPath:"#/properties/domain/properties/snapshots/items/type",keyword:"\
type",params:{type:"string"}};vErrors===null?vErrors=[err28]:vErrors.push(err28),errors++}}}else{let err29={instancePath:instancePath+
"/domain/snapshots",schemaPath:"#/properties/domain/properties/snapshots/type",keyword:"type",params:{type:"array"}};vErrors===
null?vErrors=[err29]:vErrors.push(err29),errors++}}if(data5.checkpoints!==void 0){let data17=data5.checkpoints;if(Array.
isArray(data17)){let len1=data17.length;for(let i1=0;i1<len1;i1++){let data18=data17[i1];if(typeof data18=="string"){if(func2(
data18)<1){let err30={instancePath:instancePath+"/domain/checkpoints/"+i1,schemaPath:"#/properties/domain/properties/che\
ckpoints/items/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err30]:vErrors.push(err30),errors++}}else{
let err31={instancePath:instancePath+"/domain/checkpoints/"+i1,schemaPath:"#/properties/domain/properties/checkpoints/it\
ems/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err31]:vErrors.push(err31),errors++}}}else{let err32={
instancePath:instancePath+"/domain/checkpoints",schemaPath:"#/properties/domain/properties/checkpoints/type",keyword:"ty\
pe",params:{type:"array"}};vErrors===null?vErrors=[err32]:vErrors.push(err32),errors++}}}else{let err33={instancePath:instancePath+
"/domain",schemaPath:"#/properties/domain/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err33]:vErrors.
push(err33),errors++}}if(data.disks!==void 0){let data19=data.disks;if(Array.isArray(data19)){let len2=data19.length;for(let i2=0;i2<
len2;i2++){let data20=data19[i2];if(data20&&typeof data20=="object"&&!Array.isArray(data20)){if(data20.target===void 0){
let err34={instancePath:instancePath+"/disks/"+i2,schemaPath:"#/properties/disks/items/required",keyword:"required",params:{
missingProperty:"target"}};vErrors===null?vErrors=[err34]:vErrors.push(err34),errors++}for(let key3 in data20)if(!func1.
call(schema19.properties.disks.items.properties,key3)){let err35={instancePath:instancePath+"/disks/"+i2,schemaPath:"#/p\
roperties/disks/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key3}};vErrors===null?
vErrors=[err35]:vErrors.push(err35),errors++}if(data20.target!==void 0){let data21=data20.target;if(typeof data21=="stri\
ng"){if(func2(data21)<1){let err36={instancePath:instancePath+"/disks/"+i2+"/target",schemaPath:"#/properties/disks/item\
s/properties/target/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err36]:vErrors.push(err36),
errors++}}else{let err37={instancePath:instancePath+"/disks/"+i2+"/target",schemaPath:"#/properties/disks/items/properti\
es/target/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err37]:vErrors.push(err37),errors++}}if(data20.
device!==void 0){let data22=data20.device;if(typeof data22!="string"){let err38={instancePath:instancePath+"/disks/"+i2+
"/device",schemaPath:"#/properties/disks/items/properties/device/type",keyword:"type",params:{type:"string"}};vErrors===
null?vErrors=[err38]:vErrors.push(err38),errors++}if(!(data22==="disk"||data22==="cdrom"||data22==="floppy"||data22==="l\
un")){let err39={instancePath:instancePath+"/disks/"+i2+"/device",schemaPath:"#/properties/disks/items/properties/device\
/enum",keyword:"enum",params:{allowedValues:schema19.properties.disks.items.properties.device.enum}};vErrors===null?vErrors=
[err39]:vErrors.push(err39),errors++}}if(data20.readonly!==void 0&&typeof data20.readonly!="boolean"){let err40={instancePath:instancePath+
"/disks/"+i2+"/readonly",schemaPath:"#/properties/disks/items/properties/readonly/type",keyword:"type",params:{type:"boo\
lean"}};vErrors===null?vErrors=[err40]:vErrors.push(err40),errors++}if(data20.unsupported!==void 0){let data24=data20.unsupported;
if(Array.isArray(data24)){let len3=data24.length;for(let i3=0;i3<len3;i3++){let data25=data24[i3];if(typeof data25=="str\
ing"){if(func2(data25)<1){let err41={instancePath:instancePath+"/disks/"+i2+"/unsupported/"+i3,schemaPath:"#/properties/\
disks/items/properties/unsupported/items/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err41]:
vErrors.push(err41),errors++}}else{let err42={instancePath:instancePath+"/disks/"+i2+"/unsupported/"+i3,schemaPath:"#/pr\
operties/disks/items/properties/unsupported/items/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err42]:
vErrors.push(err42),errors++}}}else{let err43={instancePath:instancePath+"/disks/"+i2+"/unsupported",schemaPath:"#/prope\
rties/disks/items/properties/unsupported/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err43]:vErrors.
push(err43),errors++}}if(data20["detect-zeroes"]!==void 0&&typeof data20["detect-zeroes"]!="boolean"){let err44={instancePath:instancePath+
"/disks/"+i2+"/detect-zeroes",schemaPath:"#/properties/disks/items/properties/detect-zeroes/type",keyword:"type",params:{
type:"boolean"}};vErrors===null?vErrors=[err44]:vErrors.push(err44),errors++}if(data20.snapshot!==void 0){let data27=data20.
snapshot;if(typeof data27=="string"){if(func2(data27)<1){let err45={instancePath:instancePath+"/disks/"+i2+"/snapshot",schemaPath:"\
#/properties/disks/items/properties/snapshot/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err45]:
vErrors.push(err45),errors++}}else{let err46={instancePath:instancePath+"/disks/"+i2+"/snapshot",schemaPath:"#/propertie\
s/disks/items/properties/snapshot/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err46]:vErrors.push(
err46),errors++}}if(data20.capacity!==void 0){let data28=data20.capacity;if(typeof data28!="string"&&!(typeof data28=="n\
umber"&&!(data28%1)&&!isNaN(data28)&&isFinite(data28))){let err47={instancePath:instancePath+"/disks/"+i2+"/capacity",schemaPath:"\
#/properties/disks/items/properties/capacity/type",keyword:"type",params:{type:schema19.properties.disks.items.properties.
capacity.type}};vErrors===null?vErrors=[err47]:vErrors.push(err47),errors++}if(typeof data28=="number"&&isFinite(data28)){
if(data28>9007199254740991||isNaN(data28)){let err48={instancePath:instancePath+"/disks/"+i2+"/capacity",schemaPath:"#/p\
roperties/disks/items/properties/capacity/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===
null?vErrors=[err48]:vErrors.push(err48),errors++}if(data28<0||isNaN(data28)){let err49={instancePath:instancePath+"/dis\
ks/"+i2+"/capacity",schemaPath:"#/properties/disks/items/properties/capacity/minimum",keyword:"minimum",params:{comparison:"\
>=",limit:0}};vErrors===null?vErrors=[err49]:vErrors.push(err49),errors++}}if(typeof data28=="string"&&!pattern5.test(data28)){
let err50={instancePath:instancePath+"/disks/"+i2+"/capacity",schemaPath:"#/properties/disks/items/properties/capacity/p\
attern",keyword:"pattern",params:{pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?
vErrors=[err50]:vErrors.push(err50),errors++}}if(data20.chain!==void 0){let data29=data20.chain;if(Array.isArray(data29)){
let len4=data29.length;for(let i4=0;i4<len4;i4++){let data30=data29[i4];if(!(data30&&typeof data30=="object"&&!Array.isArray(
data30))&&typeof data30!="string"){let err51={instancePath:instancePath+"/disks/"+i2+"/chain/"+i4,schemaPath:"#/properti\
es/disks/items/properties/chain/items/type",keyword:"type",params:{type:schema19.properties.disks.items.properties.chain.
items.type}};vErrors===null?vErrors=[err51]:vErrors.push(err51),errors++}if(typeof data30=="string"&&!pattern6.test(data30)){
let err52={instancePath:instancePath+"/disks/"+i2+"/chain/"+i4,schemaPath:"#/properties/disks/items/properties/chain/ite\
ms/pattern",keyword:"pattern",params:{pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)"}};vErrors===null?vErrors=[err52]:vErrors.push(
err52),errors++}if(data30&&typeof data30=="object"&&!Array.isArray(data30)){if(data30.file===void 0){let err53={instancePath:instancePath+
"/disks/"+i2+"/chain/"+i4,schemaPath:"#/properties/disks/items/properties/chain/items/required",keyword:"required",params:{
missingProperty:"file"}};vErrors===null?vErrors=[err53]:vErrors.push(err53),errors++}for(let key4 in data30)if(!(key4===
"file"||key4==="format"||key4==="block"||key4==="size"||key4==="data-files")){let err54={instancePath:instancePath+"/dis\
ks/"+i2+"/chain/"+i4,schemaPath:"#/properties/disks/items/properties/chain/items/additionalProperties",keyword:"addition\
alProperties",params:{additionalProperty:key4}};vErrors===null?vErrors=[err54]:vErrors.push(err54),errors++}if(data30.file!==
void 0){let data31=data30.file;if(typeof data31=="string"){if(func2(data31)<1){let err55={instancePath:instancePath+"/di\
sks/"+i2+"/chain/"+i4+"/file",schemaPath:"#/properties/disks/items/properties/chain/items/properties/file/minLength",keyword:"\
minLength",params:{limit:1}};vErrors===null?vErrors=[err55]:vErrors.push(err55),errors++}if(!pattern6.test(data31)){let err56={
instancePath:instancePath+"/disks/"+i2+"/chain/"+i4+"/file",schemaPath:"#/properties/disks/items/properties/chain/items/\
properties/file/pattern",keyword:"pattern",params:{pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)"}};vErrors===null?vErrors=[err56]:
vErrors.push(err56),errors++}}else{let err57={instancePath:instancePath+"/disks/"+i2+"/chain/"+i4+"/file",schemaPath:"#/\
properties/disks/items/properties/chain/items/properties/file/type",keyword:"type",params:{type:"string"}};vErrors===null?
vErrors=[err57]:vErrors.push(err57),errors++}}if(data30.format!==void 0){let data32=data30.format;if(typeof data32=="str\
ing"){if(func2(data32)<1){let err58={instancePath:instancePath+"/disks/"+i2+"/chain/"+i4+"/format",schemaPath:"#/propert\
ies/disks/items/properties/chain/items/properties/format/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?
vErrors=[err58]:vErrors.push(err58),errors++}}else{let err59={instancePath:instancePath+"/disks/"+i2+"/chain/"+i4+"/form\
at",schemaPath:"#/properties/disks/items/properties/chain/items/properties/format/type",keyword:"type",params:{type:"str\
ing"}};vErrors===null?vErrors=[err59]:vErrors.push(err59),errors++}}if(data30.block!==void 0&&typeof data30.block!="bool\
ean"){let err60={instancePath:instancePath+"/disks/"+i2+"/chain/"+i4+"/block",schemaPath:"#/properties/disks/items/prope\
rties/chain/items/properties/block/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err60]:vErrors.
push(err60),errors++}if(data30.size!==void 0){let data34=data30.size;if(typeof data34!="string"&&!(typeof data34=="numbe\
r"&&!(data34%1)&&!isNaN(data34)&&isFinite(data34))){let err61={instancePath:instancePath+"/disks/"+i2+"/chain/"+i4+"/siz\
e",schemaPath:"#/properties/disks/items/properties/chain/items/properties/size/type",keyword:"type",params:{type:schema19.
properties.disks.items.properties.chain.items.properties.size.type}};vErrors===null?vErrors=[err61]:vErrors.push(err61),
errors++}if(typeof data34=="number"&&isFinite(data34)){if(data34>9007199254740991||isNaN(data34)){let err62={instancePath:instancePath+
"/disks/"+i2+"/chain/"+i4+"/size",schemaPath:"#/properties/disks/items/properties/chain/items/properties/size/maximum",keyword:"\
maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===null?vErrors=[err62]:vErrors.push(err62),errors++}if(data34<
0||isNaN(data34)){let err63={instancePath:instancePath+"/disks/"+i2+"/chain/"+i4+"/size",schemaPath:"#/properties/disks/\
items/properties/chain/items/properties/size/minimum",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===null?
vErrors=[err63]:vErrors.push(err63),errors++}}if(typeof data34=="string"&&!pattern5.test(data34)){let err64={instancePath:instancePath+
"/disks/"+i2+"/chain/"+i4+"/size",schemaPath:"#/properties/disks/items/properties/chain/items/properties/size/pattern",keyword:"\
pattern",params:{pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?vErrors=[err64]:vErrors.
push(err64),errors++}}if(data30["data-files"]!==void 0){let data35=data30["data-files"];if(Array.isArray(data35)){let len5=data35.
length;for(let i5=0;i5<len5;i5++){let data36=data35[i5];if(typeof data36=="string"){if(func2(data36)<1){let err65={instancePath:instancePath+
"/disks/"+i2+"/chain/"+i4+"/data-files/"+i5,schemaPath:"#/properties/disks/items/properties/chain/items/properties/data-\
files/items/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err65]:vErrors.push(err65),errors++}
if(!pattern6.test(data36)){let err66={instancePath:instancePath+"/disks/"+i2+"/chain/"+i4+"/data-files/"+i5,schemaPath:"\
#/properties/disks/items/properties/chain/items/properties/data-files/items/pattern",keyword:"pattern",params:{pattern:"\
^(/|[A-Za-z][A-Za-z0-9+.-]*:)"}};vErrors===null?vErrors=[err66]:vErrors.push(err66),errors++}}else{let err67={instancePath:instancePath+
"/disks/"+i2+"/chain/"+i4+"/data-files/"+i5,schemaPath:"#/properties/disks/items/properties/chain/items/properties/data-\
files/items/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err67]:vErrors.push(err67),errors++}}}else{
let err68={instancePath:instancePath+"/disks/"+i2+"/chain/"+i4+"/data-files",schemaPath:"#/properties/disks/items/proper\
ties/chain/items/properties/data-files/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err68]:vErrors.
push(err68),errors++}}}}}else{let err69={instancePath:instancePath+"/disks/"+i2+"/chain",schemaPath:"#/properties/disks/\
items/properties/chain/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err69]:vErrors.push(err69),errors++}}
if(data20.job!==void 0){let data37=data20.job;if(data37&&typeof data37=="object"&&!Array.isArray(data37)){if(data37.type===
void 0){let err70={instancePath:instancePath+"/disks/"+i2+"/job",schemaPath:"#/properties/disks/items/properties/job/req\
uired",keyword:"required",params:{missingProperty:"type"}};vErrors===null?vErrors=[err70]:vErrors.push(err70),errors++}for(let key5 in data37)
if(!(key5==="type"||key5==="ready"||key5==="mirror")){let err71={instancePath:instancePath+"/disks/"+i2+"/job",schemaPath:"\
#/properties/disks/items/properties/job/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key5}};
vErrors===null?vErrors=[err71]:vErrors.push(err71),errors++}if(data37.type!==void 0){let data38=data37.type;if(typeof data38!=
"string"){let err72={instancePath:instancePath+"/disks/"+i2+"/job/type",schemaPath:"#/properties/disks/items/properties/\
job/properties/type/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err72]:vErrors.push(err72),errors++}
if(!(data38==="copy"||data38==="commit"||data38==="active-commit"||data38==="pull"||data38==="backup"||data38==="other")){
let err73={instancePath:instancePath+"/disks/"+i2+"/job/type",schemaPath:"#/properties/disks/items/properties/job/proper\
ties/type/enum",keyword:"enum",params:{allowedValues:schema19.properties.disks.items.properties.job.properties.type.enum}};
vErrors===null?vErrors=[err73]:vErrors.push(err73),errors++}}if(data37.ready!==void 0&&typeof data37.ready!="boolean"){let err74={
instancePath:instancePath+"/disks/"+i2+"/job/ready",schemaPath:"#/properties/disks/items/properties/job/properties/ready\
/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err74]:vErrors.push(err74),errors++}if(data37.mirror!==
void 0){let data40=data37.mirror;if(typeof data40=="string"){if(func2(data40)<1){let err75={instancePath:instancePath+"/\
disks/"+i2+"/job/mirror",schemaPath:"#/properties/disks/items/properties/job/properties/mirror/minLength",keyword:"minLe\
ngth",params:{limit:1}};vErrors===null?vErrors=[err75]:vErrors.push(err75),errors++}if(!pattern6.test(data40)){let err76={
instancePath:instancePath+"/disks/"+i2+"/job/mirror",schemaPath:"#/properties/disks/items/properties/job/properties/mirr\
or/pattern",keyword:"pattern",params:{pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)"}};vErrors===null?vErrors=[err76]:vErrors.push(
err76),errors++}}else{let err77={instancePath:instancePath+"/disks/"+i2+"/job/mirror",schemaPath:"#/properties/disks/ite\
ms/properties/job/properties/mirror/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err77]:vErrors.
push(err77),errors++}}}else{let err78={instancePath:instancePath+"/disks/"+i2+"/job",schemaPath:"#/properties/disks/item\
s/properties/job/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err78]:vErrors.push(err78),errors++}}}else{
let err79={instancePath:instancePath+"/disks/"+i2,schemaPath:"#/properties/disks/items/type",keyword:"type",params:{type:"\
object"}};vErrors===null?vErrors=[err79]:vErrors.push(err79),errors++}}}else{let err80={instancePath:instancePath+"/disk\
s",schemaPath:"#/properties/disks/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err80]:vErrors.push(
err80),errors++}}if(data.files!==void 0){let data41=data.files;if(data41&&typeof data41=="object"&&!Array.isArray(data41)){
for(let key6 in data41){let _errs90=errors;if(typeof key6=="string"){if(!pattern11.test(key6)){let err81={instancePath:instancePath+
"/files",schemaPath:"#/properties/files/propertyNames/pattern",keyword:"pattern",params:{pattern:"^/"},propertyName:key6};
vErrors===null?vErrors=[err81]:vErrors.push(err81),errors++}}else{let err82={instancePath:instancePath+"/files",schemaPath:"\
#/properties/files/propertyNames/type",keyword:"type",params:{type:"string"},propertyName:key6};vErrors===null?vErrors=[
err82]:vErrors.push(err82),errors++}var valid18=_errs90===errors;if(!valid18){let err83={instancePath:instancePath+"/fil\
es",schemaPath:"#/properties/files/propertyNames",keyword:"propertyNames",params:{propertyName:key6}};vErrors===null?vErrors=
[err83]:vErrors.push(err83),errors++}}for(let key7 in data41){let data42=data41[key7];if(!(data42&&typeof data42=="objec\
t"&&!Array.isArray(data42))&&typeof data42!="string"){let err84={instancePath:instancePath+"/files/"+key7.replace(/~/g,"\
~0").replace(/\//g,"~1"),schemaPath:"#/properties/files/additionalProperties/type",keyword:"type",params:{type:schema19.
properties.files.additionalProperties.type}};vErrors===null?vErrors=[err84]:vErrors.push(err84),errors++}if(typeof data42==
"string"&&!pattern12.test(data42)){let err85={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,
"~1"),schemaPath:"#/properties/files/additionalProperties/pattern",keyword:"pattern",params:{pattern:"^absent$"}};vErrors===
null?vErrors=[err85]:vErrors.push(err85),errors++}if(data42&&typeof data42=="object"&&!Array.isArray(data42)){for(let key8 in data42)
if(!(key8==="size"||key8==="format"||key8==="backing"||key8==="data-files"||key8==="link"||key8==="place"||key8==="exten\
ts")){let err86={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1"),schemaPath:"#/propertie\
s/files/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key8}};vErrors===
null?vErrors=[err86]:vErrors.push(err86),errors++}if(data42.size!==void 0){let data43=data42.size;if(typeof data43!="str\
ing"&&!(typeof data43=="number"&&!(data43%1)&&!isNaN(data43)&&isFinite(data43))){let err87={instancePath:instancePath+"/\
files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/size",schemaPath:"#/properties/files/additionalProperties/properti\
es/size/type",keyword:"type",params:{type:schema19.properties.files.additionalProperties.properties.size.type}};vErrors===
null?vErrors=[err87]:vErrors.push(err87),errors++}if(typeof data43=="number"&&isFinite(data43)){if(data43>9007199254740991||
isNaN(data43)){let err88={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/size",schemaPath:"\
#/properties/files/additionalProperties/properties/size/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};
vErrors===null?vErrors=[err88]:vErrors.push(err88),errors++}if(data43<0||isNaN(data43)){let err89={instancePath:instancePath+
"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/size",schemaPath:"#/properties/files/additionalProperties/proper\
ties/size/minimum",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=[err89]:vErrors.push(err89),
errors++}}if(typeof data43=="string"&&!pattern5.test(data43)){let err90={instancePath:instancePath+"/files/"+key7.replace(
/~/g,"~0").replace(/\//g,"~1")+"/size",schemaPath:"#/properties/files/additionalProperties/properties/size/pattern",keyword:"\
pattern",params:{pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?vErrors=[err90]:vErrors.
push(err90),errors++}}if(data42.format!==void 0){let data44=data42.format;if(typeof data44=="string"){if(func2(data44)<1){
let err91={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/format",schemaPath:"#/prope\
rties/files/additionalProperties/properties/format/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=
[err91]:vErrors.push(err91),errors++}}else{let err92={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(
/\//g,"~1")+"/format",schemaPath:"#/properties/files/additionalProperties/properties/format/type",keyword:"type",params:{
type:"string"}};vErrors===null?vErrors=[err92]:vErrors.push(err92),errors++}}if(data42.backing!==void 0){let data45=data42.
backing;if(typeof data45=="string"){if(func2(data45)<1){let err93={instancePath:instancePath+"/files/"+key7.replace(/~/g,
"~0").replace(/\//g,"~1")+"/backing",schemaPath:"#/properties/files/additionalProperties/properties/backing/minLength",keyword:"\
minLength",params:{limit:1}};vErrors===null?vErrors=[err93]:vErrors.push(err93),errors++}}else{let err94={instancePath:instancePath+
"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/backing",schemaPath:"#/properties/files/additionalProperties/pro\
perties/backing/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err94]:vErrors.push(err94),errors++}}
if(data42["data-files"]!==void 0){let data46=data42["data-files"];if(Array.isArray(data46)){let len6=data46.length;for(let i6=0;i6<
len6;i6++){let data47=data46[i6];if(typeof data47=="string"){if(func2(data47)<1){let err95={instancePath:instancePath+"/\
files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/data-files/"+i6,schemaPath:"#/properties/files/additionalPropertie\
s/properties/data-files/items/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err95]:vErrors.push(
err95),errors++}if(!pattern6.test(data47)){let err96={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(
/\//g,"~1")+"/data-files/"+i6,schemaPath:"#/properties/files/additionalProperties/properties/data-files/items/pattern",keyword:"\
pattern",params:{pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)"}};vErrors===null?vErrors=[err96]:vErrors.push(err96),errors++}}else{
let err97={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/data-files/"+i6,schemaPath:"\
#/properties/files/additionalProperties/properties/data-files/items/type",keyword:"type",params:{type:"string"}};vErrors===
null?vErrors=[err97]:vErrors.push(err97),errors++}}}else{let err98={instancePath:instancePath+"/files/"+key7.replace(/~/g,
"~0").replace(/\//g,"~1")+"/data-files",schemaPath:"#/properties/files/additionalProperties/properties/data-files/type",
keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err98]:vErrors.push(err98),errors++}}if(data42.link!==void 0&&
typeof data42.link!="boolean"){let err99={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+
"/link",schemaPath:"#/properties/files/additionalProperties/properties/link/type",keyword:"type",params:{type:"boolean"}};
vErrors===null?vErrors=[err99]:vErrors.push(err99),errors++}if(data42.place!==void 0){let data49=data42.place;if(data49&&
typeof data49=="object"&&!Array.isArray(data49)){if(data49.kind===void 0){let err100={instancePath:instancePath+"/files/"+
key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/place",schemaPath:"#/properties/files/additionalProperties/properties/plac\
e/required",keyword:"required",params:{missingProperty:"kind"}};vErrors===null?vErrors=[err100]:vErrors.push(err100),errors++}
if(data49.length===void 0){let err101={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"\
/place",schemaPath:"#/properties/files/additionalProperties/properties/place/required",keyword:"required",params:{missingProperty:"\
length"}};vErrors===null?vErrors=[err101]:vErrors.push(err101),errors++}for(let key9 in data49)if(!(key9==="kind"||key9===
"length"||key9==="header"||key9==="held-by")){let err102={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(
/\//g,"~1")+"/place",schemaPath:"#/properties/files/additionalProperties/properties/place/additionalProperties",keyword:"\
additionalProperties",params:{additionalProperty:key9}};vErrors===null?vErrors=[err102]:vErrors.push(err102),errors++}if(data49.
kind!==void 0){let data50=data49.kind;if(typeof data50!="string"){let err103={instancePath:instancePath+"/files/"+key7.replace(
/~/g,"~0").replace(/\//g,"~1")+"/place/kind",schemaPath:"#/properties/files/additionalProperties/properties/place/proper\
ties/kind/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err103]:vErrors.push(err103),errors++}if(!(data50===
"file"||data50==="block device"||data50==="folder"||data50==="other")){let err104={instancePath:instancePath+"/files/"+key7.
replace(/~/g,"~0").replace(/\//g,"~1")+"/place/kind",schemaPath:"#/properties/files/additionalProperties/properties/plac\
e/properties/kind/enum",keyword:"enum",params:{allowedValues:schema19.properties.files.additionalProperties.properties.place.
properties.kind.enum}};vErrors===null?vErrors=[err104]:vErrors.push(err104),errors++}}if(data49.length!==void 0){let data51=data49.
length;if(typeof data51!="string"&&!(typeof data51=="number"&&!(data51%1)&&!isNaN(data51)&&isFinite(data51))){let err105={
instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/length",schemaPath:"#/properties\
/files/additionalProperties/properties/place/properties/length/type",keyword:"type",params:{type:schema19.properties.files.
additionalProperties.properties.place.properties.length.type}};vErrors===null?vErrors=[err105]:vErrors.push(err105),errors++}
if(typeof data51=="number"&&isFinite(data51)){if(data51>9007199254740991||isNaN(data51)){let err106={instancePath:instancePath+
"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/length",schemaPath:"#/properties/files/additionalPropertie\
s/properties/place/properties/length/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===
null?vErrors=[err106]:vErrors.push(err106),errors++}if(data51<0||isNaN(data51)){let err107={instancePath:instancePath+"/\
files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/length",schemaPath:"#/properties/files/additionalProperties/\
properties/place/properties/length/minimum",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=[
err107]:vErrors.push(err107),errors++}}if(typeof data51=="string"&&!pattern5.test(data51)){let err108={instancePath:instancePath+
"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/length",schemaPath:"#/properties/files/additionalPropertie\
s/properties/place/properties/length/pattern",keyword:"pattern",params:{pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGg\
TtPp]|[KMGTP]iB))$"}};vErrors===null?vErrors=[err108]:vErrors.push(err108),errors++}}if(data49.header!==void 0){let data52=data49.
header;if(data52&&typeof data52=="object"&&!Array.isArray(data52)){if(data52.format===void 0){let err109={instancePath:instancePath+
"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/header",schemaPath:"#/properties/files/additionalPropertie\
s/properties/place/properties/header/required",keyword:"required",params:{missingProperty:"format"}};vErrors===null?vErrors=
[err109]:vErrors.push(err109),errors++}if(data52["virtual-size"]===void 0){let err110={instancePath:instancePath+"/files\
/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/header",schemaPath:"#/properties/files/additionalProperties/prope\
rties/place/properties/header/required",keyword:"required",params:{missingProperty:"virtual-size"}};vErrors===null?vErrors=
[err110]:vErrors.push(err110),errors++}for(let key10 in data52)if(!(key10==="format"||key10==="virtual-size")){let err111={
instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/header",schemaPath:"#/properties\
/files/additionalProperties/properties/place/properties/header/additionalProperties",keyword:"additionalProperties",params:{
additionalProperty:key10}};vErrors===null?vErrors=[err111]:vErrors.push(err111),errors++}if(data52.format!==void 0){let data53=data52.
format;if(typeof data53=="string"){if(func2(data53)<1){let err112={instancePath:instancePath+"/files/"+key7.replace(/~/g,
"~0").replace(/\//g,"~1")+"/place/header/format",schemaPath:"#/properties/files/additionalProperties/properties/place/pr\
operties/header/properties/format/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err112]:vErrors.
push(err112),errors++}}else{let err113={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+
"/place/header/format",schemaPath:"#/properties/files/additionalProperties/properties/place/properties/header/properties\
/format/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err113]:vErrors.push(err113),errors++}}if(data52["\
virtual-size"]!==void 0){let data54=data52["virtual-size"];if(typeof data54!="string"&&!(typeof data54=="number"&&!(data54%
1)&&!isNaN(data54)&&isFinite(data54))){let err114={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,
"~1")+"/place/header/virtual-size",schemaPath:"#/properties/files/additionalProperties/properties/place/properties/heade\
r/properties/virtual-size/type",keyword:"type",params:{type:schema19.properties.files.additionalProperties.properties.place.
properties.header.properties["virtual-size"].type}};vErrors===null?vErrors=[err114]:vErrors.push(err114),errors++}if(typeof data54==
"number"&&isFinite(data54)){if(data54>9007199254740991||isNaN(data54)){let err115={instancePath:instancePath+"/files/"+key7.
replace(/~/g,"~0").replace(/\//g,"~1")+"/place/header/virtual-size",schemaPath:"#/properties/files/additionalProperties/\
properties/place/properties/header/properties/virtual-size/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};
vErrors===null?vErrors=[err115]:vErrors.push(err115),errors++}if(data54<0||isNaN(data54)){let err116={instancePath:instancePath+
"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/header/virtual-size",schemaPath:"#/properties/files/additi\
onalProperties/properties/place/properties/header/properties/virtual-size/minimum",keyword:"minimum",params:{comparison:"\
>=",limit:0}};vErrors===null?vErrors=[err116]:vErrors.push(err116),errors++}}if(typeof data54=="string"&&!pattern5.test(
data54)){let err117={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/header/virt\
ual-size",schemaPath:"#/properties/files/additionalProperties/properties/place/properties/header/properties/virtual-size\
/pattern",keyword:"pattern",params:{pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?
vErrors=[err117]:vErrors.push(err117),errors++}}}else{let err118={instancePath:instancePath+"/files/"+key7.replace(/~/g,
"~0").replace(/\//g,"~1")+"/place/header",schemaPath:"#/properties/files/additionalProperties/properties/place/propertie\
s/header/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err118]:vErrors.push(err118),errors++}}if(data49["\
held-by"]!==void 0){let data55=data49["held-by"];if(Array.isArray(data55)){let len7=data55.length;for(let i7=0;i7<len7;i7++){
let data56=data55[i7];if(typeof data56=="string"){if(func2(data56)<1){let err119={instancePath:instancePath+"/files/"+key7.
replace(/~/g,"~0").replace(/\//g,"~1")+"/place/held-by/"+i7,schemaPath:"#/properties/files/additionalProperties/properti\
es/place/properties/held-by/items/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err119]:vErrors.
push(err119),errors++}}else{let err120={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+
"/place/held-by/"+i7,schemaPath:"#/properties/files/additionalProperties/properties/place/properties/held-by/items/type",
keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err120]:vErrors.push(err120),errors++}}}else{let err121={
instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/held-by",schemaPath:"#/propertie\
s/files/additionalProperties/properties/place/properties/held-by/type",keyword:"type",params:{type:"array"}};vErrors===null?
vErrors=[err121]:vErrors.push(err121),errors++}}}else{let err122={instancePath:instancePath+"/files/"+key7.replace(/~/g,
"~0").replace(/\//g,"~1")+"/place",schemaPath:"#/properties/files/additionalProperties/properties/place/type",keyword:"t\
ype",params:{type:"object"}};vErrors===null?vErrors=[err122]:vErrors.push(err122),errors++}}if(data42.extents!==void 0){
let data57=data42.extents;if(data57&&typeof data57=="object"&&!Array.isArray(data57)){if(data57["virtual-size"]===void 0){
let err123={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents",schemaPath:"#/pro\
perties/files/additionalProperties/properties/extents/required",keyword:"required",params:{missingProperty:"virtual-size"}};
vErrors===null?vErrors=[err123]:vErrors.push(err123),errors++}if(data57.layers===void 0){let err124={instancePath:instancePath+
"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents",schemaPath:"#/properties/files/additionalProperties/pro\
perties/extents/required",keyword:"required",params:{missingProperty:"layers"}};vErrors===null?vErrors=[err124]:vErrors.
push(err124),errors++}for(let key11 in data57)if(!(key11==="virtual-size"||key11==="layers")){let err125={instancePath:instancePath+
"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents",schemaPath:"#/properties/files/additionalProperties/pro\
perties/extents/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key11}};vErrors===null?vErrors=
[err125]:vErrors.push(err125),errors++}if(data57["virtual-size"]!==void 0){let data58=data57["virtual-size"];if(typeof data58!=
"string"&&!(typeof data58=="number"&&!(data58%1)&&!isNaN(data58)&&isFinite(data58))){let err126={instancePath:instancePath+
"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/virtual-size",schemaPath:"#/properties/files/additionalP\
roperties/properties/extents/properties/virtual-size/type",keyword:"type",params:{type:schema19.properties.files.additionalProperties.
properties.extents.properties["virtual-size"].type}};vErrors===null?vErrors=[err126]:vErrors.push(err126),errors++}if(typeof data58==
"number"&&isFinite(data58)){if(data58>9007199254740991||isNaN(data58)){let err127={instancePath:instancePath+"/files/"+key7.
replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/virtual-size",schemaPath:"#/properties/files/additionalProperties/prope\
rties/extents/properties/virtual-size/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===
null?vErrors=[err127]:vErrors.push(err127),errors++}if(data58<0||isNaN(data58)){let err128={instancePath:instancePath+"/\
files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/virtual-size",schemaPath:"#/properties/files/additionalPro\
perties/properties/extents/properties/virtual-size/minimum",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===
null?vErrors=[err128]:vErrors.push(err128),errors++}}if(typeof data58=="string"&&!pattern5.test(data58)){let err129={instancePath:instancePath+
"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/virtual-size",schemaPath:"#/properties/files/additionalP\
roperties/properties/extents/properties/virtual-size/pattern",keyword:"pattern",params:{pattern:"^([0-9]+ ?B|[0-9]+(\\.[0\
-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?vErrors=[err129]:vErrors.push(err129),errors++}}if(data57.layers!==
void 0){let data59=data57.layers;if(Array.isArray(data59)){let len8=data59.length;for(let i8=0;i8<len8;i8++){let data60=data59[i8];
if(data60&&typeof data60=="object"&&!Array.isArray(data60)){if(data60.data===void 0){let err130={instancePath:instancePath+
"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+i8,schemaPath:"#/properties/files/additionalPro\
perties/properties/extents/properties/layers/items/required",keyword:"required",params:{missingProperty:"data"}};vErrors===
null?vErrors=[err130]:vErrors.push(err130),errors++}for(let key12 in data60)if(!(key12==="data"||key12==="empty"||key12===
"zeroes")){let err131={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+
i8,schemaPath:"#/properties/files/additionalProperties/properties/extents/properties/layers/items/additionalProperties",
keyword:"additionalProperties",params:{additionalProperty:key12}};vErrors===null?vErrors=[err131]:vErrors.push(err131),errors++}
if(data60.data!==void 0){let data61=data60.data;if(typeof data61!="string"&&!(typeof data61=="number"&&!(data61%1)&&!isNaN(
data61)&&isFinite(data61))){let err132={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+
"/extents/layers/"+i8+"/data",schemaPath:"#/properties/files/additionalProperties/properties/extents/properties/layers/i\
tems/properties/data/type",keyword:"type",params:{type:schema19.properties.files.additionalProperties.properties.extents.
properties.layers.items.properties.data.type}};vErrors===null?vErrors=[err132]:vErrors.push(err132),errors++}if(typeof data61==
"number"&&isFinite(data61)){if(data61>9007199254740991||isNaN(data61)){let err133={instancePath:instancePath+"/files/"+key7.
replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+i8+"/data",schemaPath:"#/properties/files/additionalProperties\
/properties/extents/properties/layers/items/properties/data/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};
vErrors===null?vErrors=[err133]:vErrors.push(err133),errors++}if(data61<0||isNaN(data61)){let err134={instancePath:instancePath+
"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+i8+"/data",schemaPath:"#/properties/files/addit\
ionalProperties/properties/extents/properties/layers/items/properties/data/minimum",keyword:"minimum",params:{comparison:"\
>=",limit:0}};vErrors===null?vErrors=[err134]:vErrors.push(err134),errors++}}if(typeof data61=="string"&&!pattern5.test(
data61)){let err135={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+
i8+"/data",schemaPath:"#/properties/files/additionalProperties/properties/extents/properties/layers/items/properties/dat\
a/pattern",keyword:"pattern",params:{pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?
vErrors=[err135]:vErrors.push(err135),errors++}}if(data60.empty!==void 0){let data62=data60.empty;if(typeof data62!="str\
ing"&&!(typeof data62=="number"&&!(data62%1)&&!isNaN(data62)&&isFinite(data62))){let err136={instancePath:instancePath+"\
/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+i8+"/empty",schemaPath:"#/properties/files/addit\
ionalProperties/properties/extents/properties/layers/items/properties/empty/type",keyword:"type",params:{type:schema19.properties.
files.additionalProperties.properties.extents.properties.layers.items.properties.empty.type}};vErrors===null?vErrors=[err136]:
vErrors.push(err136),errors++}if(typeof data62=="number"&&isFinite(data62)){if(data62>9007199254740991||isNaN(data62)){let err137={
instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+i8+"/empty",schemaPath:"\
#/properties/files/additionalProperties/properties/extents/properties/layers/items/properties/empty/maximum",keyword:"ma\
ximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===null?vErrors=[err137]:vErrors.push(err137),errors++}if(data62<
0||isNaN(data62)){let err138={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/\
layers/"+i8+"/empty",schemaPath:"#/properties/files/additionalProperties/properties/extents/properties/layers/items/prop\
erties/empty/minimum",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=[err138]:vErrors.push(err138),
errors++}}if(typeof data62=="string"&&!pattern5.test(data62)){let err139={instancePath:instancePath+"/files/"+key7.replace(
/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+i8+"/empty",schemaPath:"#/properties/files/additionalProperties/proper\
ties/extents/properties/layers/items/properties/empty/pattern",keyword:"pattern",params:{pattern:"^([0-9]+ ?B|[0-9]+(\\.[\
0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?vErrors=[err139]:vErrors.push(err139),errors++}}if(data60.zeroes!==
void 0){let data63=data60.zeroes;if(typeof data63!="string"&&!(typeof data63=="number"&&!(data63%1)&&!isNaN(data63)&&isFinite(
data63))){let err140={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+
i8+"/zeroes",schemaPath:"#/properties/files/additionalProperties/properties/extents/properties/layers/items/properties/z\
eroes/type",keyword:"type",params:{type:schema19.properties.files.additionalProperties.properties.extents.properties.layers.
items.properties.zeroes.type}};vErrors===null?vErrors=[err140]:vErrors.push(err140),errors++}if(typeof data63=="number"&&
isFinite(data63)){if(data63>9007199254740991||isNaN(data63)){let err141={instancePath:instancePath+"/files/"+key7.replace(
/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+i8+"/zeroes",schemaPath:"#/properties/files/additionalProperties/prope\
rties/extents/properties/layers/items/properties/zeroes/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};
vErrors===null?vErrors=[err141]:vErrors.push(err141),errors++}if(data63<0||isNaN(data63)){let err142={instancePath:instancePath+
"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+i8+"/zeroes",schemaPath:"#/properties/files/add\
itionalProperties/properties/extents/properties/layers/items/properties/zeroes/minimum",keyword:"minimum",params:{comparison:"\
>=",limit:0}};vErrors===null?vErrors=[err142]:vErrors.push(err142),errors++}}if(typeof data63=="string"&&!pattern5.test(
data63)){let err143={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+
i8+"/zeroes",schemaPath:"#/properties/files/additionalProperties/properties/extents/properties/layers/items/properties/z\
eroes/pattern",keyword:"pattern",params:{pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===
null?vErrors=[err143]:vErrors.push(err143),errors++}}}else{let err144={instancePath:instancePath+"/files/"+key7.replace(
/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+i8,schemaPath:"#/properties/files/additionalProperties/properties/exte\
nts/properties/layers/items/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err144]:vErrors.push(err144),
errors++}}}else{let err145={instancePath:instancePath+"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/la\
yers",schemaPath:"#/properties/files/additionalProperties/properties/extents/properties/layers/type",keyword:"type",params:{
type:"array"}};vErrors===null?vErrors=[err145]:vErrors.push(err145),errors++}}}else{let err146={instancePath:instancePath+
"/files/"+key7.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents",schemaPath:"#/properties/files/additionalProperties/pro\
perties/extents/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err146]:vErrors.push(err146),errors++}}}}}else{
let err147={instancePath:instancePath+"/files",schemaPath:"#/properties/files/type",keyword:"type",params:{type:"object"}};
vErrors===null?vErrors=[err147]:vErrors.push(err147),errors++}}if(data["same-files"]!==void 0){let data64=data["same-fil\
es"];if(Array.isArray(data64)){let len9=data64.length;for(let i9=0;i9<len9;i9++){let data65=data64[i9];if(Array.isArray(
data65)){if(data65.length<2){let err148={instancePath:instancePath+"/same-files/"+i9,schemaPath:"#/properties/same-files\
/items/minItems",keyword:"minItems",params:{limit:2}};vErrors===null?vErrors=[err148]:vErrors.push(err148),errors++}let len10=data65.
length;for(let i10=0;i10<len10;i10++){let data66=data65[i10];if(typeof data66=="string"){if(!pattern11.test(data66)){let err149={
instancePath:instancePath+"/same-files/"+i9+"/"+i10,schemaPath:"#/properties/same-files/items/items/pattern",keyword:"pa\
ttern",params:{pattern:"^/"}};vErrors===null?vErrors=[err149]:vErrors.push(err149),errors++}}else{let err150={instancePath:instancePath+
"/same-files/"+i9+"/"+i10,schemaPath:"#/properties/same-files/items/items/type",keyword:"type",params:{type:"string"}};vErrors===
null?vErrors=[err150]:vErrors.push(err150),errors++}}}else{let err151={instancePath:instancePath+"/same-files/"+i9,schemaPath:"\
#/properties/same-files/items/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err151]:vErrors.push(err151),
errors++}}}else{let err152={instancePath:instancePath+"/same-files",schemaPath:"#/properties/same-files/type",keyword:"t\
ype",params:{type:"array"}};vErrors===null?vErrors=[err152]:vErrors.push(err152),errors++}}if(data.folders!==void 0){let data67=data.
folders;if(data67&&typeof data67=="object"&&!Array.isArray(data67)){for(let key13 in data67){let _errs150=errors;if(typeof key13==
"string"){if(!pattern11.test(key13)){let err153={instancePath:instancePath+"/folders",schemaPath:"#/properties/folders/p\
ropertyNames/pattern",keyword:"pattern",params:{pattern:"^/"},propertyName:key13};vErrors===null?vErrors=[err153]:vErrors.
push(err153),errors++}}else{let err154={instancePath:instancePath+"/folders",schemaPath:"#/properties/folders/propertyNa\
mes/type",keyword:"type",params:{type:"string"},propertyName:key13};vErrors===null?vErrors=[err154]:vErrors.push(err154),
errors++}var valid35=_errs150===errors;if(!valid35){let err155={instancePath:instancePath+"/folders",schemaPath:"#/prope\
rties/folders/propertyNames",keyword:"propertyNames",params:{propertyName:key13}};vErrors===null?vErrors=[err155]:vErrors.
push(err155),errors++}}for(let key14 in data67){let data68=data67[key14];if(!(data68&&typeof data68=="object"&&!Array.isArray(
data68))&&typeof data68!="string"){let err156={instancePath:instancePath+"/folders/"+key14.replace(/~/g,"~0").replace(/\//g,
"~1"),schemaPath:"#/properties/folders/additionalProperties/type",keyword:"type",params:{type:schema19.properties.folders.
additionalProperties.type}};vErrors===null?vErrors=[err156]:vErrors.push(err156),errors++}if(typeof data68=="string"&&!pattern12.
test(data68)){let err157={instancePath:instancePath+"/folders/"+key14.replace(/~/g,"~0").replace(/\//g,"~1"),schemaPath:"\
#/properties/folders/additionalProperties/pattern",keyword:"pattern",params:{pattern:"^absent$"}};vErrors===null?vErrors=
[err157]:vErrors.push(err157),errors++}if(data68&&typeof data68=="object"&&!Array.isArray(data68)){for(let key15 in data68)
if(!(key15==="free"||key15==="writable"||key15==="compresses")){let err158={instancePath:instancePath+"/folders/"+key14.
replace(/~/g,"~0").replace(/\//g,"~1"),schemaPath:"#/properties/folders/additionalProperties/additionalProperties",keyword:"\
additionalProperties",params:{additionalProperty:key15}};vErrors===null?vErrors=[err158]:vErrors.push(err158),errors++}if(data68.
free!==void 0){let data69=data68.free;if(typeof data69!="string"&&!(typeof data69=="number"&&!(data69%1)&&!isNaN(data69)&&
isFinite(data69))){let err159={instancePath:instancePath+"/folders/"+key14.replace(/~/g,"~0").replace(/\//g,"~1")+"/free",
schemaPath:"#/properties/folders/additionalProperties/properties/free/type",keyword:"type",params:{type:schema19.properties.
folders.additionalProperties.properties.free.type}};vErrors===null?vErrors=[err159]:vErrors.push(err159),errors++}if(typeof data69==
"number"&&isFinite(data69)){if(data69>9007199254740991||isNaN(data69)){let err160={instancePath:instancePath+"/folders/"+
key14.replace(/~/g,"~0").replace(/\//g,"~1")+"/free",schemaPath:"#/properties/folders/additionalProperties/properties/fr\
ee/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===null?vErrors=[err160]:vErrors.push(
err160),errors++}if(data69<0||isNaN(data69)){let err161={instancePath:instancePath+"/folders/"+key14.replace(/~/g,"~0").
replace(/\//g,"~1")+"/free",schemaPath:"#/properties/folders/additionalProperties/properties/free/minimum",keyword:"mini\
mum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=[err161]:vErrors.push(err161),errors++}}if(typeof data69==
"string"&&!pattern5.test(data69)){let err162={instancePath:instancePath+"/folders/"+key14.replace(/~/g,"~0").replace(/\//g,
"~1")+"/free",schemaPath:"#/properties/folders/additionalProperties/properties/free/pattern",keyword:"pattern",params:{pattern:"\
^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?vErrors=[err162]:vErrors.push(err162),errors++}}
if(data68.writable!==void 0&&typeof data68.writable!="boolean"){let err163={instancePath:instancePath+"/folders/"+key14.
replace(/~/g,"~0").replace(/\//g,"~1")+"/writable",schemaPath:"#/properties/folders/additionalProperties/properties/writ\
able/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err163]:vErrors.push(err163),errors++}if(data68.
compresses!==void 0&&typeof data68.compresses!="boolean"){let err164={instancePath:instancePath+"/folders/"+key14.replace(
/~/g,"~0").replace(/\//g,"~1")+"/compresses",schemaPath:"#/properties/folders/additionalProperties/properties/compresses\
/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err164]:vErrors.push(err164),errors++}}}}else{let err165={
instancePath:instancePath+"/folders",schemaPath:"#/properties/folders/type",keyword:"type",params:{type:"object"}};vErrors===
null?vErrors=[err165]:vErrors.push(err165),errors++}}if(data.others!==void 0){let data72=data.others;if(Array.isArray(data72)){
let len11=data72.length;for(let i11=0;i11<len11;i11++){let data73=data72[i11];if(data73&&typeof data73=="object"&&!Array.
isArray(data73)){if(data73.name===void 0){let err166={instancePath:instancePath+"/others/"+i11,schemaPath:"#/properties/\
others/items/required",keyword:"required",params:{missingProperty:"name"}};vErrors===null?vErrors=[err166]:vErrors.push(
err166),errors++}for(let key16 in data73)if(!(key16==="name"||key16==="files"||key16==="writes"||key16==="running"||key16===
"unread")){let err167={instancePath:instancePath+"/others/"+i11,schemaPath:"#/properties/others/items/additionalProperti\
es",keyword:"additionalProperties",params:{additionalProperty:key16}};vErrors===null?vErrors=[err167]:vErrors.push(err167),
errors++}if(data73.name!==void 0){let data74=data73.name;if(typeof data74=="string"){if(func2(data74)<1){let err168={instancePath:instancePath+
"/others/"+i11+"/name",schemaPath:"#/properties/others/items/properties/name/minLength",keyword:"minLength",params:{limit:1}};
vErrors===null?vErrors=[err168]:vErrors.push(err168),errors++}}else{let err169={instancePath:instancePath+"/others/"+i11+
"/name",schemaPath:"#/properties/others/items/properties/name/type",keyword:"type",params:{type:"string"}};vErrors===null?
vErrors=[err169]:vErrors.push(err169),errors++}}if(data73.files!==void 0){let data75=data73.files;if(Array.isArray(data75)){
let len12=data75.length;for(let i12=0;i12<len12;i12++){let data76=data75[i12];if(typeof data76=="string"){if(func2(data76)<
1){let err170={instancePath:instancePath+"/others/"+i11+"/files/"+i12,schemaPath:"#/properties/others/items/properties/f\
iles/items/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err170]:vErrors.push(err170),errors++}
if(!pattern6.test(data76)){let err171={instancePath:instancePath+"/others/"+i11+"/files/"+i12,schemaPath:"#/properties/o\
thers/items/properties/files/items/pattern",keyword:"pattern",params:{pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)"}};vErrors===
null?vErrors=[err171]:vErrors.push(err171),errors++}}else{let err172={instancePath:instancePath+"/others/"+i11+"/files/"+
i12,schemaPath:"#/properties/others/items/properties/files/items/type",keyword:"type",params:{type:"string"}};vErrors===
null?vErrors=[err172]:vErrors.push(err172),errors++}}}else{let err173={instancePath:instancePath+"/others/"+i11+"/files",
schemaPath:"#/properties/others/items/properties/files/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=
[err173]:vErrors.push(err173),errors++}}if(data73.writes!==void 0){let data77=data73.writes;if(Array.isArray(data77)){let len13=data77.
length;for(let i13=0;i13<len13;i13++){let data78=data77[i13];if(typeof data78=="string"){if(func2(data78)<1){let err174={
instancePath:instancePath+"/others/"+i11+"/writes/"+i13,schemaPath:"#/properties/others/items/properties/writes/items/mi\
nLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err174]:vErrors.push(err174),errors++}if(!pattern6.
test(data78)){let err175={instancePath:instancePath+"/others/"+i11+"/writes/"+i13,schemaPath:"#/properties/others/items/\
properties/writes/items/pattern",keyword:"pattern",params:{pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)"}};vErrors===null?vErrors=
[err175]:vErrors.push(err175),errors++}}else{let err176={instancePath:instancePath+"/others/"+i11+"/writes/"+i13,schemaPath:"\
#/properties/others/items/properties/writes/items/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err176]:
vErrors.push(err176),errors++}}}else{let err177={instancePath:instancePath+"/others/"+i11+"/writes",schemaPath:"#/proper\
ties/others/items/properties/writes/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err177]:vErrors.
push(err177),errors++}}if(data73.running!==void 0&&typeof data73.running!="boolean"){let err178={instancePath:instancePath+
"/others/"+i11+"/running",schemaPath:"#/properties/others/items/properties/running/type",keyword:"type",params:{type:"bo\
olean"}};vErrors===null?vErrors=[err178]:vErrors.push(err178),errors++}if(data73.unread!==void 0){let data80=data73.unread;
if(Array.isArray(data80)){let len14=data80.length;for(let i14=0;i14<len14;i14++){let data81=data80[i14];if(typeof data81==
"string"){if(func2(data81)<1){let err179={instancePath:instancePath+"/others/"+i11+"/unread/"+i14,schemaPath:"#/properti\
es/others/items/properties/unread/items/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err179]:
vErrors.push(err179),errors++}if(!pattern6.test(data81)){let err180={instancePath:instancePath+"/others/"+i11+"/unread/"+
i14,schemaPath:"#/properties/others/items/properties/unread/items/pattern",keyword:"pattern",params:{pattern:"^(/|[A-Za-\
z][A-Za-z0-9+.-]*:)"}};vErrors===null?vErrors=[err180]:vErrors.push(err180),errors++}}else{let err181={instancePath:instancePath+
"/others/"+i11+"/unread/"+i14,schemaPath:"#/properties/others/items/properties/unread/items/type",keyword:"type",params:{
type:"string"}};vErrors===null?vErrors=[err181]:vErrors.push(err181),errors++}}}else{let err182={instancePath:instancePath+
"/others/"+i11+"/unread",schemaPath:"#/properties/others/items/properties/unread/type",keyword:"type",params:{type:"arra\
y"}};vErrors===null?vErrors=[err182]:vErrors.push(err182),errors++}}}else{let err183={instancePath:instancePath+"/others\
/"+i11,schemaPath:"#/properties/others/items/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err183]:
vErrors.push(err183),errors++}}}else{let err184={instancePath:instancePath+"/others",schemaPath:"#/properties/others/typ\
e",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err184]:vErrors.push(err184),errors++}}if(data.definition!==
void 0){let data82=data.definition;if(typeof data82=="string"){if(func2(data82)<1){let err185={instancePath:instancePath+
"/definition",schemaPath:"#/properties/definition/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=
[err185]:vErrors.push(err185),errors++}}else{let err186={instancePath:instancePath+"/definition",schemaPath:"#/propertie\
s/definition/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err186]:vErrors.push(err186),errors++}}}else{
let err187={instancePath,schemaPath:"#/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err187]:vErrors.
push(err187),errors++}return validate52.errors=vErrors,errors===0}validate52.evaluated={props:!0,dynamicProps:!1,dynamicItems:!1};export{stdin_default as default,validate};
