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
ring",minLength:1,description:"Name of the checkpoint."},description:"Checkpoints of the domain, parents first."},tracking:{
type:"array",description:"What the checkpoints track; unknown unless specified.",items:{type:"object",additionalProperties:!1,
required:["name","disks"],properties:{name:{type:"string",minLength:1,description:"Name of the checkpoint."},created:{type:"\
integer",minimum:0,maximum:9007199254740991,description:"When it was created, in seconds since 1970; unknown unless spec\
ified."},disks:{type:"array",items:{type:"object",additionalProperties:!1,required:["target"],properties:{target:{type:"\
string",minLength:1,description:"Name of the disk in the guest, such as `vda`."},bitmap:{type:"string",minLength:1,description:"\
Name of the bitmap; that of the checkpoint unless specified."},next:{type:["string","integer"],title:'a size such as 40G\
 or "3.3 GiB" (K, M, G, T, P: powers of 1024), or a number of bytes',pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtP\
p]|[KMGTP]iB))$",minimum:0,maximum:9007199254740991,description:"Size of the next increment; unknown unless specified."},
broken:{type:"string",enum:["inconsistent","missing"],description:"`inconsistent` if the bitmap was in use when QEMU die\
d, `missing` if no layer has it."}}},description:"Disks that it tracks."}}}}},description:"The guest: a map with its nam\
e."},disks:{type:"array",items:{type:"object",additionalProperties:!1,required:["target"],properties:{target:{type:"stri\
ng",minLength:1,description:"Name of the disk in the guest, such as `vda`."},device:{type:"string",enum:["disk","cdrom",
"floppy","lun"],default:"disk",description:"Device type that the guest sees."},readonly:{type:"boolean",description:"Whe\
ther the disk is read-only; unless specified, only a CD-ROM is."},unsupported:{type:"array",items:{type:"string",minLength:1,
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
\\.[0-9]+)*$","u"),pattern5=new RegExp("^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$","u"),pattern7=new RegExp(
"^(/|[A-Za-z][A-Za-z0-9+.-]*:)","u"),pattern12=new RegExp("^/","u"),pattern13=new RegExp("^absent$","u");function validate52(data,{
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
pe",params:{type:"array"}};vErrors===null?vErrors=[err32]:vErrors.push(err32),errors++}}if(data5.tracking!==void 0){let data19=data5.
tracking;if(Array.isArray(data19)){let len2=data19.length;for(let i2=0;i2<len2;i2++){let data20=data19[i2];if(data20&&typeof data20==
"object"&&!Array.isArray(data20)){if(data20.name===void 0){let err33={instancePath:instancePath+"/domain/tracking/"+i2,schemaPath:"\
#/properties/domain/properties/tracking/items/required",keyword:"required",params:{missingProperty:"name"}};vErrors===null?
vErrors=[err33]:vErrors.push(err33),errors++}if(data20.disks===void 0){let err34={instancePath:instancePath+"/domain/tra\
cking/"+i2,schemaPath:"#/properties/domain/properties/tracking/items/required",keyword:"required",params:{missingProperty:"\
disks"}};vErrors===null?vErrors=[err34]:vErrors.push(err34),errors++}for(let key3 in data20)if(!(key3==="name"||key3==="\
created"||key3==="disks")){let err35={instancePath:instancePath+"/domain/tracking/"+i2,schemaPath:"#/properties/domain/p\
roperties/tracking/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key3}};vErrors===
null?vErrors=[err35]:vErrors.push(err35),errors++}if(data20.name!==void 0){let data21=data20.name;if(typeof data21=="str\
ing"){if(func2(data21)<1){let err36={instancePath:instancePath+"/domain/tracking/"+i2+"/name",schemaPath:"#/properties/d\
omain/properties/tracking/items/properties/name/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=
[err36]:vErrors.push(err36),errors++}}else{let err37={instancePath:instancePath+"/domain/tracking/"+i2+"/name",schemaPath:"\
#/properties/domain/properties/tracking/items/properties/name/type",keyword:"type",params:{type:"string"}};vErrors===null?
vErrors=[err37]:vErrors.push(err37),errors++}}if(data20.created!==void 0){let data22=data20.created;if(!(typeof data22==
"number"&&!(data22%1)&&!isNaN(data22)&&isFinite(data22))){let err38={instancePath:instancePath+"/domain/tracking/"+i2+"/\
created",schemaPath:"#/properties/domain/properties/tracking/items/properties/created/type",keyword:"type",params:{type:"\
integer"}};vErrors===null?vErrors=[err38]:vErrors.push(err38),errors++}if(typeof data22=="number"&&isFinite(data22)){if(data22>
9007199254740991||isNaN(data22)){let err39={instancePath:instancePath+"/domain/tracking/"+i2+"/created",schemaPath:"#/pr\
operties/domain/properties/tracking/items/properties/created/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};
vErrors===null?vErrors=[err39]:vErrors.push(err39),errors++}if(data22<0||isNaN(data22)){let err40={instancePath:instancePath+
"/domain/tracking/"+i2+"/created",schemaPath:"#/properties/domain/properties/tracking/items/properties/created/minimum",
keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=[err40]:vErrors.push(err40),errors++}}}if(data20.
disks!==void 0){let data23=data20.disks;if(Array.isArray(data23)){let len3=data23.length;for(let i3=0;i3<len3;i3++){let data24=data23[i3];
if(data24&&typeof data24=="object"&&!Array.isArray(data24)){if(data24.target===void 0){let err41={instancePath:instancePath+
"/domain/tracking/"+i2+"/disks/"+i3,schemaPath:"#/properties/domain/properties/tracking/items/properties/disks/items/req\
uired",keyword:"required",params:{missingProperty:"target"}};vErrors===null?vErrors=[err41]:vErrors.push(err41),errors++}
for(let key4 in data24)if(!(key4==="target"||key4==="bitmap"||key4==="next"||key4==="broken")){let err42={instancePath:instancePath+
"/domain/tracking/"+i2+"/disks/"+i3,schemaPath:"#/properties/domain/properties/tracking/items/properties/disks/items/add\
itionalProperties",keyword:"additionalProperties",params:{additionalProperty:key4}};vErrors===null?vErrors=[err42]:vErrors.
push(err42),errors++}if(data24.target!==void 0){let data25=data24.target;if(typeof data25=="string"){if(func2(data25)<1){
let err43={instancePath:instancePath+"/domain/tracking/"+i2+"/disks/"+i3+"/target",schemaPath:"#/properties/domain/prope\
rties/tracking/items/properties/disks/items/properties/target/minLength",keyword:"minLength",params:{limit:1}};vErrors===
null?vErrors=[err43]:vErrors.push(err43),errors++}}else{let err44={instancePath:instancePath+"/domain/tracking/"+i2+"/di\
sks/"+i3+"/target",schemaPath:"#/properties/domain/properties/tracking/items/properties/disks/items/properties/target/ty\
pe",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err44]:vErrors.push(err44),errors++}}if(data24.bitmap!==
void 0){let data26=data24.bitmap;if(typeof data26=="string"){if(func2(data26)<1){let err45={instancePath:instancePath+"/\
domain/tracking/"+i2+"/disks/"+i3+"/bitmap",schemaPath:"#/properties/domain/properties/tracking/items/properties/disks/i\
tems/properties/bitmap/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err45]:vErrors.push(err45),
errors++}}else{let err46={instancePath:instancePath+"/domain/tracking/"+i2+"/disks/"+i3+"/bitmap",schemaPath:"#/properti\
es/domain/properties/tracking/items/properties/disks/items/properties/bitmap/type",keyword:"type",params:{type:"string"}};
vErrors===null?vErrors=[err46]:vErrors.push(err46),errors++}}if(data24.next!==void 0){let data27=data24.next;if(typeof data27!=
"string"&&!(typeof data27=="number"&&!(data27%1)&&!isNaN(data27)&&isFinite(data27))){let err47={instancePath:instancePath+
"/domain/tracking/"+i2+"/disks/"+i3+"/next",schemaPath:"#/properties/domain/properties/tracking/items/properties/disks/i\
tems/properties/next/type",keyword:"type",params:{type:schema19.properties.domain.properties.tracking.items.properties.disks.
items.properties.next.type}};vErrors===null?vErrors=[err47]:vErrors.push(err47),errors++}if(typeof data27=="number"&&isFinite(
data27)){if(data27>9007199254740991||isNaN(data27)){let err48={instancePath:instancePath+"/domain/tracking/"+i2+"/disks/"+
i3+"/next",schemaPath:"#/properties/domain/properties/tracking/items/properties/disks/items/properties/next/maximum",keyword:"\
maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===null?vErrors=[err48]:vErrors.push(err48),errors++}if(data27<
0||isNaN(data27)){let err49={instancePath:instancePath+"/domain/tracking/"+i2+"/disks/"+i3+"/next",schemaPath:"#/propert\
ies/domain/properties/tracking/items/properties/disks/items/properties/next/minimum",keyword:"minimum",params:{comparison:"\
>=",limit:0}};vErrors===null?vErrors=[err49]:vErrors.push(err49),errors++}}if(typeof data27=="string"&&!pattern5.test(data27)){
let err50={instancePath:instancePath+"/domain/tracking/"+i2+"/disks/"+i3+"/next",schemaPath:"#/properties/domain/propert\
ies/tracking/items/properties/disks/items/properties/next/pattern",keyword:"pattern",params:{pattern:"^([0-9]+ ?B|[0-9]+\
(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?vErrors=[err50]:vErrors.push(err50),errors++}}if(data24.broken!==
void 0){let data28=data24.broken;if(typeof data28!="string"){let err51={instancePath:instancePath+"/domain/tracking/"+i2+
"/disks/"+i3+"/broken",schemaPath:"#/properties/domain/properties/tracking/items/properties/disks/items/properties/broke\
n/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err51]:vErrors.push(err51),errors++}if(!(data28===
"inconsistent"||data28==="missing")){let err52={instancePath:instancePath+"/domain/tracking/"+i2+"/disks/"+i3+"/broken",
schemaPath:"#/properties/domain/properties/tracking/items/properties/disks/items/properties/broken/enum",keyword:"enum",
params:{allowedValues:schema19.properties.domain.properties.tracking.items.properties.disks.items.properties.broken.enum}};
vErrors===null?vErrors=[err52]:vErrors.push(err52),errors++}}}else{let err53={instancePath:instancePath+"/domain/trackin\
g/"+i2+"/disks/"+i3,schemaPath:"#/properties/domain/properties/tracking/items/properties/disks/items/type",keyword:"type",
params:{type:"object"}};vErrors===null?vErrors=[err53]:vErrors.push(err53),errors++}}}else{let err54={instancePath:instancePath+
"/domain/tracking/"+i2+"/disks",schemaPath:"#/properties/domain/properties/tracking/items/properties/disks/type",keyword:"\
type",params:{type:"array"}};vErrors===null?vErrors=[err54]:vErrors.push(err54),errors++}}}else{let err55={instancePath:instancePath+
"/domain/tracking/"+i2,schemaPath:"#/properties/domain/properties/tracking/items/type",keyword:"type",params:{type:"obje\
ct"}};vErrors===null?vErrors=[err55]:vErrors.push(err55),errors++}}}else{let err56={instancePath:instancePath+"/domain/t\
racking",schemaPath:"#/properties/domain/properties/tracking/type",keyword:"type",params:{type:"array"}};vErrors===null?
vErrors=[err56]:vErrors.push(err56),errors++}}}else{let err57={instancePath:instancePath+"/domain",schemaPath:"#/propert\
ies/domain/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err57]:vErrors.push(err57),errors++}}if(data.
disks!==void 0){let data29=data.disks;if(Array.isArray(data29)){let len4=data29.length;for(let i4=0;i4<len4;i4++){let data30=data29[i4];
if(data30&&typeof data30=="object"&&!Array.isArray(data30)){if(data30.target===void 0){let err58={instancePath:instancePath+
"/disks/"+i4,schemaPath:"#/properties/disks/items/required",keyword:"required",params:{missingProperty:"target"}};vErrors===
null?vErrors=[err58]:vErrors.push(err58),errors++}for(let key5 in data30)if(!func1.call(schema19.properties.disks.items.
properties,key5)){let err59={instancePath:instancePath+"/disks/"+i4,schemaPath:"#/properties/disks/items/additionalPrope\
rties",keyword:"additionalProperties",params:{additionalProperty:key5}};vErrors===null?vErrors=[err59]:vErrors.push(err59),
errors++}if(data30.target!==void 0){let data31=data30.target;if(typeof data31=="string"){if(func2(data31)<1){let err60={
instancePath:instancePath+"/disks/"+i4+"/target",schemaPath:"#/properties/disks/items/properties/target/minLength",keyword:"\
minLength",params:{limit:1}};vErrors===null?vErrors=[err60]:vErrors.push(err60),errors++}}else{let err61={instancePath:instancePath+
"/disks/"+i4+"/target",schemaPath:"#/properties/disks/items/properties/target/type",keyword:"type",params:{type:"string"}};
vErrors===null?vErrors=[err61]:vErrors.push(err61),errors++}}if(data30.device!==void 0){let data32=data30.device;if(typeof data32!=
"string"){let err62={instancePath:instancePath+"/disks/"+i4+"/device",schemaPath:"#/properties/disks/items/properties/de\
vice/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err62]:vErrors.push(err62),errors++}if(!(data32===
"disk"||data32==="cdrom"||data32==="floppy"||data32==="lun")){let err63={instancePath:instancePath+"/disks/"+i4+"/device",
schemaPath:"#/properties/disks/items/properties/device/enum",keyword:"enum",params:{allowedValues:schema19.properties.disks.
items.properties.device.enum}};vErrors===null?vErrors=[err63]:vErrors.push(err63),errors++}}if(data30.readonly!==void 0&&
typeof data30.readonly!="boolean"){let err64={instancePath:instancePath+"/disks/"+i4+"/readonly",schemaPath:"#/propertie\
s/disks/items/properties/readonly/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err64]:vErrors.push(
err64),errors++}if(data30.unsupported!==void 0){let data34=data30.unsupported;if(Array.isArray(data34)){let len5=data34.
length;for(let i5=0;i5<len5;i5++){let data35=data34[i5];if(typeof data35=="string"){if(func2(data35)<1){let err65={instancePath:instancePath+
"/disks/"+i4+"/unsupported/"+i5,schemaPath:"#/properties/disks/items/properties/unsupported/items/minLength",keyword:"mi\
nLength",params:{limit:1}};vErrors===null?vErrors=[err65]:vErrors.push(err65),errors++}}else{let err66={instancePath:instancePath+
"/disks/"+i4+"/unsupported/"+i5,schemaPath:"#/properties/disks/items/properties/unsupported/items/type",keyword:"type",params:{
type:"string"}};vErrors===null?vErrors=[err66]:vErrors.push(err66),errors++}}}else{let err67={instancePath:instancePath+
"/disks/"+i4+"/unsupported",schemaPath:"#/properties/disks/items/properties/unsupported/type",keyword:"type",params:{type:"\
array"}};vErrors===null?vErrors=[err67]:vErrors.push(err67),errors++}}if(data30["detect-zeroes"]!==void 0&&typeof data30["\
detect-zeroes"]!="boolean"){let err68={instancePath:instancePath+"/disks/"+i4+"/detect-zeroes",schemaPath:"#/properties/\
disks/items/properties/detect-zeroes/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err68]:vErrors.
push(err68),errors++}if(data30.snapshot!==void 0){let data37=data30.snapshot;if(typeof data37=="string"){if(func2(data37)<
1){let err69={instancePath:instancePath+"/disks/"+i4+"/snapshot",schemaPath:"#/properties/disks/items/properties/snapsho\
t/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err69]:vErrors.push(err69),errors++}}else{let err70={
instancePath:instancePath+"/disks/"+i4+"/snapshot",schemaPath:"#/properties/disks/items/properties/snapshot/type",keyword:"\
type",params:{type:"string"}};vErrors===null?vErrors=[err70]:vErrors.push(err70),errors++}}if(data30.capacity!==void 0){
let data38=data30.capacity;if(typeof data38!="string"&&!(typeof data38=="number"&&!(data38%1)&&!isNaN(data38)&&isFinite(
data38))){let err71={instancePath:instancePath+"/disks/"+i4+"/capacity",schemaPath:"#/properties/disks/items/properties/\
capacity/type",keyword:"type",params:{type:schema19.properties.disks.items.properties.capacity.type}};vErrors===null?vErrors=
[err71]:vErrors.push(err71),errors++}if(typeof data38=="number"&&isFinite(data38)){if(data38>9007199254740991||isNaN(data38)){
let err72={instancePath:instancePath+"/disks/"+i4+"/capacity",schemaPath:"#/properties/disks/items/properties/capacity/m\
aximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===null?vErrors=[err72]:vErrors.push(err72),
errors++}if(data38<0||isNaN(data38)){let err73={instancePath:instancePath+"/disks/"+i4+"/capacity",schemaPath:"#/propert\
ies/disks/items/properties/capacity/minimum",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=
[err73]:vErrors.push(err73),errors++}}if(typeof data38=="string"&&!pattern5.test(data38)){let err74={instancePath:instancePath+
"/disks/"+i4+"/capacity",schemaPath:"#/properties/disks/items/properties/capacity/pattern",keyword:"pattern",params:{pattern:"\
^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?vErrors=[err74]:vErrors.push(err74),errors++}}
if(data30.chain!==void 0){let data39=data30.chain;if(Array.isArray(data39)){let len6=data39.length;for(let i6=0;i6<len6;i6++){
let data40=data39[i6];if(!(data40&&typeof data40=="object"&&!Array.isArray(data40))&&typeof data40!="string"){let err75={
instancePath:instancePath+"/disks/"+i4+"/chain/"+i6,schemaPath:"#/properties/disks/items/properties/chain/items/type",keyword:"\
type",params:{type:schema19.properties.disks.items.properties.chain.items.type}};vErrors===null?vErrors=[err75]:vErrors.
push(err75),errors++}if(typeof data40=="string"&&!pattern7.test(data40)){let err76={instancePath:instancePath+"/disks/"+
i4+"/chain/"+i6,schemaPath:"#/properties/disks/items/properties/chain/items/pattern",keyword:"pattern",params:{pattern:"\
^(/|[A-Za-z][A-Za-z0-9+.-]*:)"}};vErrors===null?vErrors=[err76]:vErrors.push(err76),errors++}if(data40&&typeof data40=="\
object"&&!Array.isArray(data40)){if(data40.file===void 0){let err77={instancePath:instancePath+"/disks/"+i4+"/chain/"+i6,
schemaPath:"#/properties/disks/items/properties/chain/items/required",keyword:"required",params:{missingProperty:"file"}};
vErrors===null?vErrors=[err77]:vErrors.push(err77),errors++}for(let key6 in data40)if(!(key6==="file"||key6==="format"||
key6==="block"||key6==="size"||key6==="data-files")){let err78={instancePath:instancePath+"/disks/"+i4+"/chain/"+i6,schemaPath:"\
#/properties/disks/items/properties/chain/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key6}};
vErrors===null?vErrors=[err78]:vErrors.push(err78),errors++}if(data40.file!==void 0){let data41=data40.file;if(typeof data41==
"string"){if(func2(data41)<1){let err79={instancePath:instancePath+"/disks/"+i4+"/chain/"+i6+"/file",schemaPath:"#/prope\
rties/disks/items/properties/chain/items/properties/file/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?
vErrors=[err79]:vErrors.push(err79),errors++}if(!pattern7.test(data41)){let err80={instancePath:instancePath+"/disks/"+i4+
"/chain/"+i6+"/file",schemaPath:"#/properties/disks/items/properties/chain/items/properties/file/pattern",keyword:"patte\
rn",params:{pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)"}};vErrors===null?vErrors=[err80]:vErrors.push(err80),errors++}}else{
let err81={instancePath:instancePath+"/disks/"+i4+"/chain/"+i6+"/file",schemaPath:"#/properties/disks/items/properties/c\
hain/items/properties/file/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err81]:vErrors.push(err81),
errors++}}if(data40.format!==void 0){let data42=data40.format;if(typeof data42=="string"){if(func2(data42)<1){let err82={
instancePath:instancePath+"/disks/"+i4+"/chain/"+i6+"/format",schemaPath:"#/properties/disks/items/properties/chain/item\
s/properties/format/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err82]:vErrors.push(err82),
errors++}}else{let err83={instancePath:instancePath+"/disks/"+i4+"/chain/"+i6+"/format",schemaPath:"#/properties/disks/i\
tems/properties/chain/items/properties/format/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err83]:
vErrors.push(err83),errors++}}if(data40.block!==void 0&&typeof data40.block!="boolean"){let err84={instancePath:instancePath+
"/disks/"+i4+"/chain/"+i6+"/block",schemaPath:"#/properties/disks/items/properties/chain/items/properties/block/type",keyword:"\
type",params:{type:"boolean"}};vErrors===null?vErrors=[err84]:vErrors.push(err84),errors++}if(data40.size!==void 0){let data44=data40.
size;if(typeof data44!="string"&&!(typeof data44=="number"&&!(data44%1)&&!isNaN(data44)&&isFinite(data44))){let err85={instancePath:instancePath+
"/disks/"+i4+"/chain/"+i6+"/size",schemaPath:"#/properties/disks/items/properties/chain/items/properties/size/type",keyword:"\
type",params:{type:schema19.properties.disks.items.properties.chain.items.properties.size.type}};vErrors===null?vErrors=
[err85]:vErrors.push(err85),errors++}if(typeof data44=="number"&&isFinite(data44)){if(data44>9007199254740991||isNaN(data44)){
let err86={instancePath:instancePath+"/disks/"+i4+"/chain/"+i6+"/size",schemaPath:"#/properties/disks/items/properties/c\
hain/items/properties/size/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===null?vErrors=
[err86]:vErrors.push(err86),errors++}if(data44<0||isNaN(data44)){let err87={instancePath:instancePath+"/disks/"+i4+"/cha\
in/"+i6+"/size",schemaPath:"#/properties/disks/items/properties/chain/items/properties/size/minimum",keyword:"minimum",params:{
comparison:">=",limit:0}};vErrors===null?vErrors=[err87]:vErrors.push(err87),errors++}}if(typeof data44=="string"&&!pattern5.
test(data44)){let err88={instancePath:instancePath+"/disks/"+i4+"/chain/"+i6+"/size",schemaPath:"#/properties/disks/item\
s/properties/chain/items/properties/size/pattern",keyword:"pattern",params:{pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([Kk\
MmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?vErrors=[err88]:vErrors.push(err88),errors++}}if(data40["data-files"]!==void 0){
let data45=data40["data-files"];if(Array.isArray(data45)){let len7=data45.length;for(let i7=0;i7<len7;i7++){let data46=data45[i7];
if(typeof data46=="string"){if(func2(data46)<1){let err89={instancePath:instancePath+"/disks/"+i4+"/chain/"+i6+"/data-fi\
les/"+i7,schemaPath:"#/properties/disks/items/properties/chain/items/properties/data-files/items/minLength",keyword:"min\
Length",params:{limit:1}};vErrors===null?vErrors=[err89]:vErrors.push(err89),errors++}if(!pattern7.test(data46)){let err90={
instancePath:instancePath+"/disks/"+i4+"/chain/"+i6+"/data-files/"+i7,schemaPath:"#/properties/disks/items/properties/ch\
ain/items/properties/data-files/items/pattern",keyword:"pattern",params:{pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)"}};vErrors===
null?vErrors=[err90]:vErrors.push(err90),errors++}}else{let err91={instancePath:instancePath+"/disks/"+i4+"/chain/"+i6+"\
/data-files/"+i7,schemaPath:"#/properties/disks/items/properties/chain/items/properties/data-files/items/type",keyword:"\
type",params:{type:"string"}};vErrors===null?vErrors=[err91]:vErrors.push(err91),errors++}}}else{let err92={instancePath:instancePath+
"/disks/"+i4+"/chain/"+i6+"/data-files",schemaPath:"#/properties/disks/items/properties/chain/items/properties/data-file\
s/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err92]:vErrors.push(err92),errors++}}}}}else{let err93={
instancePath:instancePath+"/disks/"+i4+"/chain",schemaPath:"#/properties/disks/items/properties/chain/type",keyword:"typ\
e",params:{type:"array"}};vErrors===null?vErrors=[err93]:vErrors.push(err93),errors++}}if(data30.job!==void 0){let data47=data30.
job;if(data47&&typeof data47=="object"&&!Array.isArray(data47)){if(data47.type===void 0){let err94={instancePath:instancePath+
"/disks/"+i4+"/job",schemaPath:"#/properties/disks/items/properties/job/required",keyword:"required",params:{missingProperty:"\
type"}};vErrors===null?vErrors=[err94]:vErrors.push(err94),errors++}for(let key7 in data47)if(!(key7==="type"||key7==="r\
eady"||key7==="mirror")){let err95={instancePath:instancePath+"/disks/"+i4+"/job",schemaPath:"#/properties/disks/items/p\
roperties/job/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key7}};vErrors===null?vErrors=
[err95]:vErrors.push(err95),errors++}if(data47.type!==void 0){let data48=data47.type;if(typeof data48!="string"){let err96={
instancePath:instancePath+"/disks/"+i4+"/job/type",schemaPath:"#/properties/disks/items/properties/job/properties/type/t\
ype",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err96]:vErrors.push(err96),errors++}if(!(data48==="c\
opy"||data48==="commit"||data48==="active-commit"||data48==="pull"||data48==="backup"||data48==="other")){let err97={instancePath:instancePath+
"/disks/"+i4+"/job/type",schemaPath:"#/properties/disks/items/properties/job/properties/type/enum",keyword:"enum",params:{
allowedValues:schema19.properties.disks.items.properties.job.properties.type.enum}};vErrors===null?vErrors=[err97]:vErrors.
push(err97),errors++}}if(data47.ready!==void 0&&typeof data47.ready!="boolean"){let err98={instancePath:instancePath+"/d\
isks/"+i4+"/job/ready",schemaPath:"#/properties/disks/items/properties/job/properties/ready/type",keyword:"type",params:{
type:"boolean"}};vErrors===null?vErrors=[err98]:vErrors.push(err98),errors++}if(data47.mirror!==void 0){let data50=data47.
mirror;if(typeof data50=="string"){if(func2(data50)<1){let err99={instancePath:instancePath+"/disks/"+i4+"/job/mirror",schemaPath:"\
#/properties/disks/items/properties/job/properties/mirror/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?
vErrors=[err99]:vErrors.push(err99),errors++}if(!pattern7.test(data50)){let err100={instancePath:instancePath+"/disks/"+
i4+"/job/mirror",schemaPath:"#/properties/disks/items/properties/job/properties/mirror/pattern",keyword:"pattern",params:{
pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)"}};vErrors===null?vErrors=[err100]:vErrors.push(err100),errors++}}else{let err101={
instancePath:instancePath+"/disks/"+i4+"/job/mirror",schemaPath:"#/properties/disks/items/properties/job/properties/mirr\
or/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err101]:vErrors.push(err101),errors++}}}else{let err102={
instancePath:instancePath+"/disks/"+i4+"/job",schemaPath:"#/properties/disks/items/properties/job/type",keyword:"type",params:{
type:"object"}};vErrors===null?vErrors=[err102]:vErrors.push(err102),errors++}}}else{let err103={instancePath:instancePath+
"/disks/"+i4,schemaPath:"#/properties/disks/items/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err103]:
vErrors.push(err103),errors++}}}else{let err104={instancePath:instancePath+"/disks",schemaPath:"#/properties/disks/type",
keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err104]:vErrors.push(err104),errors++}}if(data.files!==void 0){
let data51=data.files;if(data51&&typeof data51=="object"&&!Array.isArray(data51)){for(let key8 in data51){let _errs112=errors;
if(typeof key8=="string"){if(!pattern12.test(key8)){let err105={instancePath:instancePath+"/files",schemaPath:"#/propert\
ies/files/propertyNames/pattern",keyword:"pattern",params:{pattern:"^/"},propertyName:key8};vErrors===null?vErrors=[err105]:
vErrors.push(err105),errors++}}else{let err106={instancePath:instancePath+"/files",schemaPath:"#/properties/files/proper\
tyNames/type",keyword:"type",params:{type:"string"},propertyName:key8};vErrors===null?vErrors=[err106]:vErrors.push(err106),
errors++}var valid24=_errs112===errors;if(!valid24){let err107={instancePath:instancePath+"/files",schemaPath:"#/propert\
ies/files/propertyNames",keyword:"propertyNames",params:{propertyName:key8}};vErrors===null?vErrors=[err107]:vErrors.push(
err107),errors++}}for(let key9 in data51){let data52=data51[key9];if(!(data52&&typeof data52=="object"&&!Array.isArray(data52))&&
typeof data52!="string"){let err108={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1"),schemaPath:"\
#/properties/files/additionalProperties/type",keyword:"type",params:{type:schema19.properties.files.additionalProperties.
type}};vErrors===null?vErrors=[err108]:vErrors.push(err108),errors++}if(typeof data52=="string"&&!pattern13.test(data52)){
let err109={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1"),schemaPath:"#/properties/fil\
es/additionalProperties/pattern",keyword:"pattern",params:{pattern:"^absent$"}};vErrors===null?vErrors=[err109]:vErrors.
push(err109),errors++}if(data52&&typeof data52=="object"&&!Array.isArray(data52)){for(let key10 in data52)if(!(key10==="\
size"||key10==="format"||key10==="backing"||key10==="data-files"||key10==="link"||key10==="place"||key10==="extents")){let err110={
instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1"),schemaPath:"#/properties/files/additiona\
lProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key10}};vErrors===null?vErrors=
[err110]:vErrors.push(err110),errors++}if(data52.size!==void 0){let data53=data52.size;if(typeof data53!="string"&&!(typeof data53==
"number"&&!(data53%1)&&!isNaN(data53)&&isFinite(data53))){let err111={instancePath:instancePath+"/files/"+key9.replace(/~/g,
"~0").replace(/\//g,"~1")+"/size",schemaPath:"#/properties/files/additionalProperties/properties/size/type",keyword:"typ\
e",params:{type:schema19.properties.files.additionalProperties.properties.size.type}};vErrors===null?vErrors=[err111]:vErrors.
push(err111),errors++}if(typeof data53=="number"&&isFinite(data53)){if(data53>9007199254740991||isNaN(data53)){let err112={
instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/size",schemaPath:"#/properties/files/a\
dditionalProperties/properties/size/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===
null?vErrors=[err112]:vErrors.push(err112),errors++}if(data53<0||isNaN(data53)){let err113={instancePath:instancePath+"/\
files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/size",schemaPath:"#/properties/files/additionalProperties/properti\
es/size/minimum",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=[err113]:vErrors.push(err113),
errors++}}if(typeof data53=="string"&&!pattern5.test(data53)){let err114={instancePath:instancePath+"/files/"+key9.replace(
/~/g,"~0").replace(/\//g,"~1")+"/size",schemaPath:"#/properties/files/additionalProperties/properties/size/pattern",keyword:"\
pattern",params:{pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?vErrors=[err114]:
vErrors.push(err114),errors++}}if(data52.format!==void 0){let data54=data52.format;if(typeof data54=="string"){if(func2(
data54)<1){let err115={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/format",schemaPath:"\
#/properties/files/additionalProperties/properties/format/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?
vErrors=[err115]:vErrors.push(err115),errors++}}else{let err116={instancePath:instancePath+"/files/"+key9.replace(/~/g,"\
~0").replace(/\//g,"~1")+"/format",schemaPath:"#/properties/files/additionalProperties/properties/format/type",keyword:"\
type",params:{type:"string"}};vErrors===null?vErrors=[err116]:vErrors.push(err116),errors++}}if(data52.backing!==void 0){
let data55=data52.backing;if(typeof data55=="string"){if(func2(data55)<1){let err117={instancePath:instancePath+"/files/"+
key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/backing",schemaPath:"#/properties/files/additionalProperties/properties/ba\
cking/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err117]:vErrors.push(err117),errors++}}else{
let err118={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/backing",schemaPath:"#/pro\
perties/files/additionalProperties/properties/backing/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=
[err118]:vErrors.push(err118),errors++}}if(data52["data-files"]!==void 0){let data56=data52["data-files"];if(Array.isArray(
data56)){let len8=data56.length;for(let i8=0;i8<len8;i8++){let data57=data56[i8];if(typeof data57=="string"){if(func2(data57)<
1){let err119={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/data-files/"+i8,schemaPath:"\
#/properties/files/additionalProperties/properties/data-files/items/minLength",keyword:"minLength",params:{limit:1}};vErrors===
null?vErrors=[err119]:vErrors.push(err119),errors++}if(!pattern7.test(data57)){let err120={instancePath:instancePath+"/f\
iles/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/data-files/"+i8,schemaPath:"#/properties/files/additionalProperties\
/properties/data-files/items/pattern",keyword:"pattern",params:{pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)"}};vErrors===null?
vErrors=[err120]:vErrors.push(err120),errors++}}else{let err121={instancePath:instancePath+"/files/"+key9.replace(/~/g,"\
~0").replace(/\//g,"~1")+"/data-files/"+i8,schemaPath:"#/properties/files/additionalProperties/properties/data-files/ite\
ms/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err121]:vErrors.push(err121),errors++}}}else{let err122={
instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/data-files",schemaPath:"#/properties/f\
iles/additionalProperties/properties/data-files/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err122]:
vErrors.push(err122),errors++}}if(data52.link!==void 0&&typeof data52.link!="boolean"){let err123={instancePath:instancePath+
"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/link",schemaPath:"#/properties/files/additionalProperties/proper\
ties/link/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err123]:vErrors.push(err123),errors++}if(data52.
place!==void 0){let data59=data52.place;if(data59&&typeof data59=="object"&&!Array.isArray(data59)){if(data59.kind===void 0){
let err124={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/place",schemaPath:"#/prope\
rties/files/additionalProperties/properties/place/required",keyword:"required",params:{missingProperty:"kind"}};vErrors===
null?vErrors=[err124]:vErrors.push(err124),errors++}if(data59.length===void 0){let err125={instancePath:instancePath+"/f\
iles/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/place",schemaPath:"#/properties/files/additionalProperties/properti\
es/place/required",keyword:"required",params:{missingProperty:"length"}};vErrors===null?vErrors=[err125]:vErrors.push(err125),
errors++}for(let key11 in data59)if(!(key11==="kind"||key11==="length"||key11==="header"||key11==="held-by")){let err126={
instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/place",schemaPath:"#/properties/files/\
additionalProperties/properties/place/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key11}};
vErrors===null?vErrors=[err126]:vErrors.push(err126),errors++}if(data59.kind!==void 0){let data60=data59.kind;if(typeof data60!=
"string"){let err127={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/kind",schemaPath:"\
#/properties/files/additionalProperties/properties/place/properties/kind/type",keyword:"type",params:{type:"string"}};vErrors===
null?vErrors=[err127]:vErrors.push(err127),errors++}if(!(data60==="file"||data60==="block device"||data60==="folder"||data60===
"other")){let err128={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/kind",schemaPath:"\
#/properties/files/additionalProperties/properties/place/properties/kind/enum",keyword:"enum",params:{allowedValues:schema19.
properties.files.additionalProperties.properties.place.properties.kind.enum}};vErrors===null?vErrors=[err128]:vErrors.push(
err128),errors++}}if(data59.length!==void 0){let data61=data59.length;if(typeof data61!="string"&&!(typeof data61=="numb\
er"&&!(data61%1)&&!isNaN(data61)&&isFinite(data61))){let err129={instancePath:instancePath+"/files/"+key9.replace(/~/g,"\
~0").replace(/\//g,"~1")+"/place/length",schemaPath:"#/properties/files/additionalProperties/properties/place/properties\
/length/type",keyword:"type",params:{type:schema19.properties.files.additionalProperties.properties.place.properties.length.
type}};vErrors===null?vErrors=[err129]:vErrors.push(err129),errors++}if(typeof data61=="number"&&isFinite(data61)){if(data61>
9007199254740991||isNaN(data61)){let err130={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"\
~1")+"/place/length",schemaPath:"#/properties/files/additionalProperties/properties/place/properties/length/maximum",keyword:"\
maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===null?vErrors=[err130]:vErrors.push(err130),errors++}
if(data61<0||isNaN(data61)){let err131={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+
"/place/length",schemaPath:"#/properties/files/additionalProperties/properties/place/properties/length/minimum",keyword:"\
minimum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=[err131]:vErrors.push(err131),errors++}}if(typeof data61==
"string"&&!pattern5.test(data61)){let err132={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,
"~1")+"/place/length",schemaPath:"#/properties/files/additionalProperties/properties/place/properties/length/pattern",keyword:"\
pattern",params:{pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?vErrors=[err132]:
vErrors.push(err132),errors++}}if(data59.header!==void 0){let data62=data59.header;if(data62&&typeof data62=="object"&&!Array.
isArray(data62)){if(data62.format===void 0){let err133={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(
/\//g,"~1")+"/place/header",schemaPath:"#/properties/files/additionalProperties/properties/place/properties/header/requi\
red",keyword:"required",params:{missingProperty:"format"}};vErrors===null?vErrors=[err133]:vErrors.push(err133),errors++}
if(data62["virtual-size"]===void 0){let err134={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,
"~1")+"/place/header",schemaPath:"#/properties/files/additionalProperties/properties/place/properties/header/required",keyword:"\
required",params:{missingProperty:"virtual-size"}};vErrors===null?vErrors=[err134]:vErrors.push(err134),errors++}for(let key12 in data62)
if(!(key12==="format"||key12==="virtual-size")){let err135={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").
replace(/\//g,"~1")+"/place/header",schemaPath:"#/properties/files/additionalProperties/properties/place/properties/head\
er/additionalProperties",keyword:"additionalProperties",params:{additionalProperty:key12}};vErrors===null?vErrors=[err135]:
vErrors.push(err135),errors++}if(data62.format!==void 0){let data63=data62.format;if(typeof data63=="string"){if(func2(data63)<
1){let err136={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/header/format",schemaPath:"\
#/properties/files/additionalProperties/properties/place/properties/header/properties/format/minLength",keyword:"minLeng\
th",params:{limit:1}};vErrors===null?vErrors=[err136]:vErrors.push(err136),errors++}}else{let err137={instancePath:instancePath+
"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/header/format",schemaPath:"#/properties/files/additionalPr\
operties/properties/place/properties/header/properties/format/type",keyword:"type",params:{type:"string"}};vErrors===null?
vErrors=[err137]:vErrors.push(err137),errors++}}if(data62["virtual-size"]!==void 0){let data64=data62["virtual-size"];if(typeof data64!=
"string"&&!(typeof data64=="number"&&!(data64%1)&&!isNaN(data64)&&isFinite(data64))){let err138={instancePath:instancePath+
"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/header/virtual-size",schemaPath:"#/properties/files/additi\
onalProperties/properties/place/properties/header/properties/virtual-size/type",keyword:"type",params:{type:schema19.properties.
files.additionalProperties.properties.place.properties.header.properties["virtual-size"].type}};vErrors===null?vErrors=[
err138]:vErrors.push(err138),errors++}if(typeof data64=="number"&&isFinite(data64)){if(data64>9007199254740991||isNaN(data64)){
let err139={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/header/virtual-size",
schemaPath:"#/properties/files/additionalProperties/properties/place/properties/header/properties/virtual-size/maximum",
keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===null?vErrors=[err139]:vErrors.push(err139),
errors++}if(data64<0||isNaN(data64)){let err140={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,
"~1")+"/place/header/virtual-size",schemaPath:"#/properties/files/additionalProperties/properties/place/properties/heade\
r/properties/virtual-size/minimum",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=[err140]:vErrors.
push(err140),errors++}}if(typeof data64=="string"&&!pattern5.test(data64)){let err141={instancePath:instancePath+"/files\
/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/header/virtual-size",schemaPath:"#/properties/files/additionalPro\
perties/properties/place/properties/header/properties/virtual-size/pattern",keyword:"pattern",params:{pattern:"^([0-9]+ \
?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?vErrors=[err141]:vErrors.push(err141),errors++}}}else{
let err142={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/header",schemaPath:"\
#/properties/files/additionalProperties/properties/place/properties/header/type",keyword:"type",params:{type:"object"}};
vErrors===null?vErrors=[err142]:vErrors.push(err142),errors++}}if(data59["held-by"]!==void 0){let data65=data59["held-by"];
if(Array.isArray(data65)){let len9=data65.length;for(let i9=0;i9<len9;i9++){let data66=data65[i9];if(typeof data66=="str\
ing"){if(func2(data66)<1){let err143={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/\
place/held-by/"+i9,schemaPath:"#/properties/files/additionalProperties/properties/place/properties/held-by/items/minLeng\
th",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err143]:vErrors.push(err143),errors++}}else{let err144={
instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/place/held-by/"+i9,schemaPath:"#/prope\
rties/files/additionalProperties/properties/place/properties/held-by/items/type",keyword:"type",params:{type:"string"}};
vErrors===null?vErrors=[err144]:vErrors.push(err144),errors++}}}else{let err145={instancePath:instancePath+"/files/"+key9.
replace(/~/g,"~0").replace(/\//g,"~1")+"/place/held-by",schemaPath:"#/properties/files/additionalProperties/properties/p\
lace/properties/held-by/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err145]:vErrors.push(err145),
errors++}}}else{let err146={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/place",schemaPath:"\
#/properties/files/additionalProperties/properties/place/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=
[err146]:vErrors.push(err146),errors++}}if(data52.extents!==void 0){let data67=data52.extents;if(data67&&typeof data67==
"object"&&!Array.isArray(data67)){if(data67["virtual-size"]===void 0){let err147={instancePath:instancePath+"/files/"+key9.
replace(/~/g,"~0").replace(/\//g,"~1")+"/extents",schemaPath:"#/properties/files/additionalProperties/properties/extents\
/required",keyword:"required",params:{missingProperty:"virtual-size"}};vErrors===null?vErrors=[err147]:vErrors.push(err147),
errors++}if(data67.layers===void 0){let err148={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,
"~1")+"/extents",schemaPath:"#/properties/files/additionalProperties/properties/extents/required",keyword:"required",params:{
missingProperty:"layers"}};vErrors===null?vErrors=[err148]:vErrors.push(err148),errors++}for(let key13 in data67)if(!(key13===
"virtual-size"||key13==="layers")){let err149={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,
"~1")+"/extents",schemaPath:"#/properties/files/additionalProperties/properties/extents/additionalProperties",keyword:"a\
dditionalProperties",params:{additionalProperty:key13}};vErrors===null?vErrors=[err149]:vErrors.push(err149),errors++}if(data67["\
virtual-size"]!==void 0){let data68=data67["virtual-size"];if(typeof data68!="string"&&!(typeof data68=="number"&&!(data68%
1)&&!isNaN(data68)&&isFinite(data68))){let err150={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,
"~1")+"/extents/virtual-size",schemaPath:"#/properties/files/additionalProperties/properties/extents/properties/virtual-\
size/type",keyword:"type",params:{type:schema19.properties.files.additionalProperties.properties.extents.properties["vir\
tual-size"].type}};vErrors===null?vErrors=[err150]:vErrors.push(err150),errors++}if(typeof data68=="number"&&isFinite(data68)){
if(data68>9007199254740991||isNaN(data68)){let err151={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(
/\//g,"~1")+"/extents/virtual-size",schemaPath:"#/properties/files/additionalProperties/properties/extents/properties/vi\
rtual-size/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===null?vErrors=[err151]:vErrors.
push(err151),errors++}if(data68<0||isNaN(data68)){let err152={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").
replace(/\//g,"~1")+"/extents/virtual-size",schemaPath:"#/properties/files/additionalProperties/properties/extents/prope\
rties/virtual-size/minimum",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=[err152]:vErrors.
push(err152),errors++}}if(typeof data68=="string"&&!pattern5.test(data68)){let err153={instancePath:instancePath+"/files\
/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/virtual-size",schemaPath:"#/properties/files/additionalProperti\
es/properties/extents/properties/virtual-size/pattern",keyword:"pattern",params:{pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? \
?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?vErrors=[err153]:vErrors.push(err153),errors++}}if(data67.layers!==void 0){
let data69=data67.layers;if(Array.isArray(data69)){let len10=data69.length;for(let i10=0;i10<len10;i10++){let data70=data69[i10];
if(data70&&typeof data70=="object"&&!Array.isArray(data70)){if(data70.data===void 0){let err154={instancePath:instancePath+
"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+i10,schemaPath:"#/properties/files/additionalPr\
operties/properties/extents/properties/layers/items/required",keyword:"required",params:{missingProperty:"data"}};vErrors===
null?vErrors=[err154]:vErrors.push(err154),errors++}for(let key14 in data70)if(!(key14==="data"||key14==="empty"||key14===
"zeroes")){let err155={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+
i10,schemaPath:"#/properties/files/additionalProperties/properties/extents/properties/layers/items/additionalProperties",
keyword:"additionalProperties",params:{additionalProperty:key14}};vErrors===null?vErrors=[err155]:vErrors.push(err155),errors++}
if(data70.data!==void 0){let data71=data70.data;if(typeof data71!="string"&&!(typeof data71=="number"&&!(data71%1)&&!isNaN(
data71)&&isFinite(data71))){let err156={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+
"/extents/layers/"+i10+"/data",schemaPath:"#/properties/files/additionalProperties/properties/extents/properties/layers/\
items/properties/data/type",keyword:"type",params:{type:schema19.properties.files.additionalProperties.properties.extents.
properties.layers.items.properties.data.type}};vErrors===null?vErrors=[err156]:vErrors.push(err156),errors++}if(typeof data71==
"number"&&isFinite(data71)){if(data71>9007199254740991||isNaN(data71)){let err157={instancePath:instancePath+"/files/"+key9.
replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+i10+"/data",schemaPath:"#/properties/files/additionalPropertie\
s/properties/extents/properties/layers/items/properties/data/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};
vErrors===null?vErrors=[err157]:vErrors.push(err157),errors++}if(data71<0||isNaN(data71)){let err158={instancePath:instancePath+
"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+i10+"/data",schemaPath:"#/properties/files/addi\
tionalProperties/properties/extents/properties/layers/items/properties/data/minimum",keyword:"minimum",params:{comparison:"\
>=",limit:0}};vErrors===null?vErrors=[err158]:vErrors.push(err158),errors++}}if(typeof data71=="string"&&!pattern5.test(
data71)){let err159={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+
i10+"/data",schemaPath:"#/properties/files/additionalProperties/properties/extents/properties/layers/items/properties/da\
ta/pattern",keyword:"pattern",params:{pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?
vErrors=[err159]:vErrors.push(err159),errors++}}if(data70.empty!==void 0){let data72=data70.empty;if(typeof data72!="str\
ing"&&!(typeof data72=="number"&&!(data72%1)&&!isNaN(data72)&&isFinite(data72))){let err160={instancePath:instancePath+"\
/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+i10+"/empty",schemaPath:"#/properties/files/addi\
tionalProperties/properties/extents/properties/layers/items/properties/empty/type",keyword:"type",params:{type:schema19.
properties.files.additionalProperties.properties.extents.properties.layers.items.properties.empty.type}};vErrors===null?
vErrors=[err160]:vErrors.push(err160),errors++}if(typeof data72=="number"&&isFinite(data72)){if(data72>9007199254740991||
isNaN(data72)){let err161={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/lay\
ers/"+i10+"/empty",schemaPath:"#/properties/files/additionalProperties/properties/extents/properties/layers/items/proper\
ties/empty/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===null?vErrors=[err161]:vErrors.
push(err161),errors++}if(data72<0||isNaN(data72)){let err162={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").
replace(/\//g,"~1")+"/extents/layers/"+i10+"/empty",schemaPath:"#/properties/files/additionalProperties/properties/exten\
ts/properties/layers/items/properties/empty/minimum",keyword:"minimum",params:{comparison:">=",limit:0}};vErrors===null?
vErrors=[err162]:vErrors.push(err162),errors++}}if(typeof data72=="string"&&!pattern5.test(data72)){let err163={instancePath:instancePath+
"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+i10+"/empty",schemaPath:"#/properties/files/add\
itionalProperties/properties/extents/properties/layers/items/properties/empty/pattern",keyword:"pattern",params:{pattern:"\
^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?vErrors=[err163]:vErrors.push(err163),errors++}}
if(data70.zeroes!==void 0){let data73=data70.zeroes;if(typeof data73!="string"&&!(typeof data73=="number"&&!(data73%1)&&
!isNaN(data73)&&isFinite(data73))){let err164={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,
"~1")+"/extents/layers/"+i10+"/zeroes",schemaPath:"#/properties/files/additionalProperties/properties/extents/properties\
/layers/items/properties/zeroes/type",keyword:"type",params:{type:schema19.properties.files.additionalProperties.properties.
extents.properties.layers.items.properties.zeroes.type}};vErrors===null?vErrors=[err164]:vErrors.push(err164),errors++}if(typeof data73==
"number"&&isFinite(data73)){if(data73>9007199254740991||isNaN(data73)){let err165={instancePath:instancePath+"/files/"+key9.
replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+i10+"/zeroes",schemaPath:"#/properties/files/additionalPropert\
ies/properties/extents/properties/layers/items/properties/zeroes/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};
vErrors===null?vErrors=[err165]:vErrors.push(err165),errors++}if(data73<0||isNaN(data73)){let err166={instancePath:instancePath+
"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+i10+"/zeroes",schemaPath:"#/properties/files/ad\
ditionalProperties/properties/extents/properties/layers/items/properties/zeroes/minimum",keyword:"minimum",params:{comparison:"\
>=",limit:0}};vErrors===null?vErrors=[err166]:vErrors.push(err166),errors++}}if(typeof data73=="string"&&!pattern5.test(
data73)){let err167={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+
i10+"/zeroes",schemaPath:"#/properties/files/additionalProperties/properties/extents/properties/layers/items/properties/\
zeroes/pattern",keyword:"pattern",params:{pattern:"^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===
null?vErrors=[err167]:vErrors.push(err167),errors++}}}else{let err168={instancePath:instancePath+"/files/"+key9.replace(
/~/g,"~0").replace(/\//g,"~1")+"/extents/layers/"+i10,schemaPath:"#/properties/files/additionalProperties/properties/ext\
ents/properties/layers/items/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err168]:vErrors.push(err168),
errors++}}}else{let err169={instancePath:instancePath+"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents/la\
yers",schemaPath:"#/properties/files/additionalProperties/properties/extents/properties/layers/type",keyword:"type",params:{
type:"array"}};vErrors===null?vErrors=[err169]:vErrors.push(err169),errors++}}}else{let err170={instancePath:instancePath+
"/files/"+key9.replace(/~/g,"~0").replace(/\//g,"~1")+"/extents",schemaPath:"#/properties/files/additionalProperties/pro\
perties/extents/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err170]:vErrors.push(err170),errors++}}}}}else{
let err171={instancePath:instancePath+"/files",schemaPath:"#/properties/files/type",keyword:"type",params:{type:"object"}};
vErrors===null?vErrors=[err171]:vErrors.push(err171),errors++}}if(data["same-files"]!==void 0){let data74=data["same-fil\
es"];if(Array.isArray(data74)){let len11=data74.length;for(let i11=0;i11<len11;i11++){let data75=data74[i11];if(Array.isArray(
data75)){if(data75.length<2){let err172={instancePath:instancePath+"/same-files/"+i11,schemaPath:"#/properties/same-file\
s/items/minItems",keyword:"minItems",params:{limit:2}};vErrors===null?vErrors=[err172]:vErrors.push(err172),errors++}let len12=data75.
length;for(let i12=0;i12<len12;i12++){let data76=data75[i12];if(typeof data76=="string"){if(!pattern12.test(data76)){let err173={
instancePath:instancePath+"/same-files/"+i11+"/"+i12,schemaPath:"#/properties/same-files/items/items/pattern",keyword:"p\
attern",params:{pattern:"^/"}};vErrors===null?vErrors=[err173]:vErrors.push(err173),errors++}}else{let err174={instancePath:instancePath+
"/same-files/"+i11+"/"+i12,schemaPath:"#/properties/same-files/items/items/type",keyword:"type",params:{type:"string"}};
vErrors===null?vErrors=[err174]:vErrors.push(err174),errors++}}}else{let err175={instancePath:instancePath+"/same-files/"+
i11,schemaPath:"#/properties/same-files/items/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err175]:
vErrors.push(err175),errors++}}}else{let err176={instancePath:instancePath+"/same-files",schemaPath:"#/properties/same-f\
iles/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err176]:vErrors.push(err176),errors++}}if(data.
folders!==void 0){let data77=data.folders;if(data77&&typeof data77=="object"&&!Array.isArray(data77)){for(let key15 in data77){
let _errs172=errors;if(typeof key15=="string"){if(!pattern12.test(key15)){let err177={instancePath:instancePath+"/folder\
s",schemaPath:"#/properties/folders/propertyNames/pattern",keyword:"pattern",params:{pattern:"^/"},propertyName:key15};vErrors===
null?vErrors=[err177]:vErrors.push(err177),errors++}}else{let err178={instancePath:instancePath+"/folders",schemaPath:"#\
/properties/folders/propertyNames/type",keyword:"type",params:{type:"string"},propertyName:key15};vErrors===null?vErrors=
[err178]:vErrors.push(err178),errors++}var valid41=_errs172===errors;if(!valid41){let err179={instancePath:instancePath+
"/folders",schemaPath:"#/properties/folders/propertyNames",keyword:"propertyNames",params:{propertyName:key15}};vErrors===
null?vErrors=[err179]:vErrors.push(err179),errors++}}for(let key16 in data77){let data78=data77[key16];if(!(data78&&typeof data78==
"object"&&!Array.isArray(data78))&&typeof data78!="string"){let err180={instancePath:instancePath+"/folders/"+key16.replace(
/~/g,"~0").replace(/\//g,"~1"),schemaPath:"#/properties/folders/additionalProperties/type",keyword:"type",params:{type:schema19.
properties.folders.additionalProperties.type}};vErrors===null?vErrors=[err180]:vErrors.push(err180),errors++}if(typeof data78==
"string"&&!pattern13.test(data78)){let err181={instancePath:instancePath+"/folders/"+key16.replace(/~/g,"~0").replace(/\//g,
"~1"),schemaPath:"#/properties/folders/additionalProperties/pattern",keyword:"pattern",params:{pattern:"^absent$"}};vErrors===
null?vErrors=[err181]:vErrors.push(err181),errors++}if(data78&&typeof data78=="object"&&!Array.isArray(data78)){for(let key17 in data78)
if(!(key17==="free"||key17==="writable"||key17==="compresses")){let err182={instancePath:instancePath+"/folders/"+key16.
replace(/~/g,"~0").replace(/\//g,"~1"),schemaPath:"#/properties/folders/additionalProperties/additionalProperties",keyword:"\
additionalProperties",params:{additionalProperty:key17}};vErrors===null?vErrors=[err182]:vErrors.push(err182),errors++}if(data78.
free!==void 0){let data79=data78.free;if(typeof data79!="string"&&!(typeof data79=="number"&&!(data79%1)&&!isNaN(data79)&&
isFinite(data79))){let err183={instancePath:instancePath+"/folders/"+key16.replace(/~/g,"~0").replace(/\//g,"~1")+"/free",
schemaPath:"#/properties/folders/additionalProperties/properties/free/type",keyword:"type",params:{type:schema19.properties.
folders.additionalProperties.properties.free.type}};vErrors===null?vErrors=[err183]:vErrors.push(err183),errors++}if(typeof data79==
"number"&&isFinite(data79)){if(data79>9007199254740991||isNaN(data79)){let err184={instancePath:instancePath+"/folders/"+
key16.replace(/~/g,"~0").replace(/\//g,"~1")+"/free",schemaPath:"#/properties/folders/additionalProperties/properties/fr\
ee/maximum",keyword:"maximum",params:{comparison:"<=",limit:9007199254740991}};vErrors===null?vErrors=[err184]:vErrors.push(
err184),errors++}if(data79<0||isNaN(data79)){let err185={instancePath:instancePath+"/folders/"+key16.replace(/~/g,"~0").
replace(/\//g,"~1")+"/free",schemaPath:"#/properties/folders/additionalProperties/properties/free/minimum",keyword:"mini\
mum",params:{comparison:">=",limit:0}};vErrors===null?vErrors=[err185]:vErrors.push(err185),errors++}}if(typeof data79==
"string"&&!pattern5.test(data79)){let err186={instancePath:instancePath+"/folders/"+key16.replace(/~/g,"~0").replace(/\//g,
"~1")+"/free",schemaPath:"#/properties/folders/additionalProperties/properties/free/pattern",keyword:"pattern",params:{pattern:"\
^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$"}};vErrors===null?vErrors=[err186]:vErrors.push(err186),errors++}}
if(data78.writable!==void 0&&typeof data78.writable!="boolean"){let err187={instancePath:instancePath+"/folders/"+key16.
replace(/~/g,"~0").replace(/\//g,"~1")+"/writable",schemaPath:"#/properties/folders/additionalProperties/properties/writ\
able/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err187]:vErrors.push(err187),errors++}if(data78.
compresses!==void 0&&typeof data78.compresses!="boolean"){let err188={instancePath:instancePath+"/folders/"+key16.replace(
/~/g,"~0").replace(/\//g,"~1")+"/compresses",schemaPath:"#/properties/folders/additionalProperties/properties/compresses\
/type",keyword:"type",params:{type:"boolean"}};vErrors===null?vErrors=[err188]:vErrors.push(err188),errors++}}}}else{let err189={
instancePath:instancePath+"/folders",schemaPath:"#/properties/folders/type",keyword:"type",params:{type:"object"}};vErrors===
null?vErrors=[err189]:vErrors.push(err189),errors++}}if(data.others!==void 0){let data82=data.others;if(Array.isArray(data82)){
let len13=data82.length;for(let i13=0;i13<len13;i13++){let data83=data82[i13];if(data83&&typeof data83=="object"&&!Array.
isArray(data83)){if(data83.name===void 0){let err190={instancePath:instancePath+"/others/"+i13,schemaPath:"#/properties/\
others/items/required",keyword:"required",params:{missingProperty:"name"}};vErrors===null?vErrors=[err190]:vErrors.push(
err190),errors++}for(let key18 in data83)if(!(key18==="name"||key18==="files"||key18==="writes"||key18==="running"||key18===
"unread")){let err191={instancePath:instancePath+"/others/"+i13,schemaPath:"#/properties/others/items/additionalProperti\
es",keyword:"additionalProperties",params:{additionalProperty:key18}};vErrors===null?vErrors=[err191]:vErrors.push(err191),
errors++}if(data83.name!==void 0){let data84=data83.name;if(typeof data84=="string"){if(func2(data84)<1){let err192={instancePath:instancePath+
"/others/"+i13+"/name",schemaPath:"#/properties/others/items/properties/name/minLength",keyword:"minLength",params:{limit:1}};
vErrors===null?vErrors=[err192]:vErrors.push(err192),errors++}}else{let err193={instancePath:instancePath+"/others/"+i13+
"/name",schemaPath:"#/properties/others/items/properties/name/type",keyword:"type",params:{type:"string"}};vErrors===null?
vErrors=[err193]:vErrors.push(err193),errors++}}if(data83.files!==void 0){let data85=data83.files;if(Array.isArray(data85)){
let len14=data85.length;for(let i14=0;i14<len14;i14++){let data86=data85[i14];if(typeof data86=="string"){if(func2(data86)<
1){let err194={instancePath:instancePath+"/others/"+i13+"/files/"+i14,schemaPath:"#/properties/others/items/properties/f\
iles/items/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err194]:vErrors.push(err194),errors++}
if(!pattern7.test(data86)){let err195={instancePath:instancePath+"/others/"+i13+"/files/"+i14,schemaPath:"#/properties/o\
thers/items/properties/files/items/pattern",keyword:"pattern",params:{pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)"}};vErrors===
null?vErrors=[err195]:vErrors.push(err195),errors++}}else{let err196={instancePath:instancePath+"/others/"+i13+"/files/"+
i14,schemaPath:"#/properties/others/items/properties/files/items/type",keyword:"type",params:{type:"string"}};vErrors===
null?vErrors=[err196]:vErrors.push(err196),errors++}}}else{let err197={instancePath:instancePath+"/others/"+i13+"/files",
schemaPath:"#/properties/others/items/properties/files/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=
[err197]:vErrors.push(err197),errors++}}if(data83.writes!==void 0){let data87=data83.writes;if(Array.isArray(data87)){let len15=data87.
length;for(let i15=0;i15<len15;i15++){let data88=data87[i15];if(typeof data88=="string"){if(func2(data88)<1){let err198={
instancePath:instancePath+"/others/"+i13+"/writes/"+i15,schemaPath:"#/properties/others/items/properties/writes/items/mi\
nLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err198]:vErrors.push(err198),errors++}if(!pattern7.
test(data88)){let err199={instancePath:instancePath+"/others/"+i13+"/writes/"+i15,schemaPath:"#/properties/others/items/\
properties/writes/items/pattern",keyword:"pattern",params:{pattern:"^(/|[A-Za-z][A-Za-z0-9+.-]*:)"}};vErrors===null?vErrors=
[err199]:vErrors.push(err199),errors++}}else{let err200={instancePath:instancePath+"/others/"+i13+"/writes/"+i15,schemaPath:"\
#/properties/others/items/properties/writes/items/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err200]:
vErrors.push(err200),errors++}}}else{let err201={instancePath:instancePath+"/others/"+i13+"/writes",schemaPath:"#/proper\
ties/others/items/properties/writes/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err201]:vErrors.
push(err201),errors++}}if(data83.running!==void 0&&typeof data83.running!="boolean"){let err202={instancePath:instancePath+
"/others/"+i13+"/running",schemaPath:"#/properties/others/items/properties/running/type",keyword:"type",params:{type:"bo\
olean"}};vErrors===null?vErrors=[err202]:vErrors.push(err202),errors++}if(data83.unread!==void 0){let data90=data83.unread;
if(Array.isArray(data90)){let len16=data90.length;for(let i16=0;i16<len16;i16++){let data91=data90[i16];if(typeof data91==
"string"){if(func2(data91)<1){let err203={instancePath:instancePath+"/others/"+i13+"/unread/"+i16,schemaPath:"#/properti\
es/others/items/properties/unread/items/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=[err203]:
vErrors.push(err203),errors++}if(!pattern7.test(data91)){let err204={instancePath:instancePath+"/others/"+i13+"/unread/"+
i16,schemaPath:"#/properties/others/items/properties/unread/items/pattern",keyword:"pattern",params:{pattern:"^(/|[A-Za-\
z][A-Za-z0-9+.-]*:)"}};vErrors===null?vErrors=[err204]:vErrors.push(err204),errors++}}else{let err205={instancePath:instancePath+
"/others/"+i13+"/unread/"+i16,schemaPath:"#/properties/others/items/properties/unread/items/type",keyword:"type",params:{
type:"string"}};vErrors===null?vErrors=[err205]:vErrors.push(err205),errors++}}}else{let err206={instancePath:instancePath+
"/others/"+i13+"/unread",schemaPath:"#/properties/others/items/properties/unread/type",keyword:"type",params:{type:"arra\
y"}};vErrors===null?vErrors=[err206]:vErrors.push(err206),errors++}}}else{let err207={instancePath:instancePath+"/others\
/"+i13,schemaPath:"#/properties/others/items/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err207]:
vErrors.push(err207),errors++}}}else{let err208={instancePath:instancePath+"/others",schemaPath:"#/properties/others/typ\
e",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err208]:vErrors.push(err208),errors++}}if(data.definition!==
void 0){let data92=data.definition;if(typeof data92=="string"){if(func2(data92)<1){let err209={instancePath:instancePath+
"/definition",schemaPath:"#/properties/definition/minLength",keyword:"minLength",params:{limit:1}};vErrors===null?vErrors=
[err209]:vErrors.push(err209),errors++}}else{let err210={instancePath:instancePath+"/definition",schemaPath:"#/propertie\
s/definition/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err210]:vErrors.push(err210),errors++}}}else{
let err211={instancePath,schemaPath:"#/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err211]:vErrors.
push(err211),errors++}return validate52.errors=vErrors,errors===0}validate52.evaluated={props:!0,dynamicProps:!1,dynamicItems:!1};export{stdin_default as default,validate};
