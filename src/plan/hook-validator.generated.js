// Generated from src/plan/hook-schema.ts by `npm run generate`; do not edit.
var validate=validate52,stdin_default=validate52,schema19={type:"object",additionalProperties:!1,required:["command"],description:"\
A hook is a map: { command: [/usr/local/bin/notify, --quiet], timeout: 30s }.",properties:{command:{type:"array",minItems:1,
maxItems:100,items:{type:"string"},description:"Absolute path of the program and its arguments, as a list: [/usr/local/b\
in/notify, --quiet]. It is run without a shell.",examples:[["/usr/local/bin/notify","--quiet"]]},timeout:{type:["integer",
"string"],title:'a number of seconds, or a duration such as "30s", "5m" or "1h"',minimum:1,maximum:86400,pattern:"^[1-9]\
([0-9]{0,4}s|[0-9]{0,3}m|[0-9]?h)$",default:60,description:"Kill the hook and its process group if it runs longer: secon\
ds, or a duration such as 30s (default: 60 seconds)."},repeat:{type:"boolean",default:!1,description:"Run the hook again\
 on resume or rollback if blockplan was killed while the hook ran (default: it is not run again)."}}},pattern3=new RegExp(
"^[1-9]([0-9]{0,4}s|[0-9]{0,3}m|[0-9]?h)$","u");function validate52(data,{instancePath="",parentData,parentDataProperty,
rootData=data,dynamicAnchors={}}={}){let vErrors=null,errors=0,evaluated0=validate52.evaluated;if(evaluated0.dynamicProps&&
(evaluated0.props=void 0),evaluated0.dynamicItems&&(evaluated0.items=void 0),data&&typeof data=="object"&&!Array.isArray(
data)){if(data.command===void 0){let err0={instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty:"\
command"}};vErrors===null?vErrors=[err0]:vErrors.push(err0),errors++}for(let key0 in data)if(!(key0==="command"||key0===
"timeout"||key0==="repeat")){let err1={instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{
additionalProperty:key0}};vErrors===null?vErrors=[err1]:vErrors.push(err1),errors++}if(data.command!==void 0){let data0=data.
command;if(Array.isArray(data0)){if(data0.length>100){let err2={instancePath:instancePath+"/command",schemaPath:"#/prope\
rties/command/maxItems",keyword:"maxItems",params:{limit:100}};vErrors===null?vErrors=[err2]:vErrors.push(err2),errors++}
if(data0.length<1){let err3={instancePath:instancePath+"/command",schemaPath:"#/properties/command/minItems",keyword:"mi\
nItems",params:{limit:1}};vErrors===null?vErrors=[err3]:vErrors.push(err3),errors++}let len0=data0.length;for(let i0=0;i0<
len0;i0++)if(typeof data0[i0]!="string"){let err4={instancePath:instancePath+"/command/"+i0,schemaPath:"#/properties/com\
mand/items/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err4]:vErrors.push(err4),errors++}}else{
let err5={instancePath:instancePath+"/command",schemaPath:"#/properties/command/type",keyword:"type",params:{type:"array"}};
vErrors===null?vErrors=[err5]:vErrors.push(err5),errors++}}if(data.timeout!==void 0){let data2=data.timeout;if(!(typeof data2==
"number"&&!(data2%1)&&!isNaN(data2)&&isFinite(data2))&&typeof data2!="string"){let err6={instancePath:instancePath+"/tim\
eout",schemaPath:"#/properties/timeout/type",keyword:"type",params:{type:schema19.properties.timeout.type}};vErrors===null?
vErrors=[err6]:vErrors.push(err6),errors++}if(typeof data2=="number"&&isFinite(data2)){if(data2>86400||isNaN(data2)){let err7={
instancePath:instancePath+"/timeout",schemaPath:"#/properties/timeout/maximum",keyword:"maximum",params:{comparison:"<=",
limit:86400}};vErrors===null?vErrors=[err7]:vErrors.push(err7),errors++}if(data2<1||isNaN(data2)){let err8={instancePath:instancePath+
"/timeout",schemaPath:"#/properties/timeout/minimum",keyword:"minimum",params:{comparison:">=",limit:1}};vErrors===null?
vErrors=[err8]:vErrors.push(err8),errors++}}if(typeof data2=="string"&&!pattern3.test(data2)){let err9={instancePath:instancePath+
"/timeout",schemaPath:"#/properties/timeout/pattern",keyword:"pattern",params:{pattern:"^[1-9]([0-9]{0,4}s|[0-9]{0,3}m|[\
0-9]?h)$"}};vErrors===null?vErrors=[err9]:vErrors.push(err9),errors++}}if(data.repeat!==void 0&&typeof data.repeat!="boo\
lean"){let err10={instancePath:instancePath+"/repeat",schemaPath:"#/properties/repeat/type",keyword:"type",params:{type:"\
boolean"}};vErrors===null?vErrors=[err10]:vErrors.push(err10),errors++}}else{let err11={instancePath,schemaPath:"#/type",
keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err11]:vErrors.push(err11),errors++}return validate52.errors=
vErrors,errors===0}validate52.evaluated={props:!0,dynamicProps:!1,dynamicItems:!1};export{stdin_default as default,validate};
