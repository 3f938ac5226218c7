// Generated from src/notify/schema.ts by `npm run generate`; do not edit.
var validate=validate52,stdin_default=validate52,schema19={$schema:"https://json-schema.org/draft/2020-12/schema",$id:"u\
rn:blockplan:schema:notify:v1",title:"blockplan notifications",description:"Who is notified when a run on this machine e\
nds, and where the metrics of all runs are written.",type:"object",additionalProperties:!1,required:["notify"],properties:{
notify:{const:"blockplan/v1",description:"Format of the file."},targets:{type:"array",maxItems:20,items:{type:"object",additionalProperties:!1,
properties:{on:{type:"array",minItems:1,items:{type:"string",enum:["succeeded","bug","refused","rolled-back","stranded",
"uncertain","interrupted"]},description:"Outcomes of a run that are reported to the target; all unless specified."},timeout:{
type:"integer",minimum:1,maximum:60,default:10,description:"Time limit in seconds."},command:{type:"array",minItems:1,items:{
type:"string"},description:'Program (a name without "/" or an absolute path) and arguments, run without a shell; the not\
ification is JSON on its standard input.'},mail:{type:"object",additionalProperties:!1,required:["to"],description:"Send\
 an email with `sendmail -t`.",properties:{to:{type:["string","array"],title:"an email address such as root or ops@examp\
le.org, or a list of them",pattern:"^(?!-)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+(@[A-Za-z0-9.-]+)?$",minItems:1,items:{type:"s\
tring",title:"an email address such as root or ops@example.org",pattern:"^(?!-)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+(@[A-Za-z\
0-9.-]+)?$"},description:"Recipients."},from:{type:"string",title:"an email address such as root or ops@example.org",pattern:"\
^(?!-)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+(@[A-Za-z0-9.-]+)?$",description:"Sender; sendmail's own default unless specified."}}},
webhook:{type:"object",additionalProperties:!1,required:["url"],description:"Send the notification as JSON with an HTTP \
POST request.",properties:{url:{type:"string",title:"an http or https URL without a user name",pattern:"^https?://[A-Za-\
z0-9._~:[\\]-]+([/?#].*)?$",description:"Address of the webhook."},headers:{type:"object",propertyNames:{type:"string",title:"\
the name of an HTTP header",pattern:"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"},additionalProperties:{type:"string",title:"text of \
printable ASCII characters",pattern:"^[\\t -~]*$"},description:"Headers of the request."},"headers-file":{type:"string",
title:"an absolute path",pattern:"^/",description:"File with one header per line, as for `curl -H @FILE`. Use it for a t\
oken that must not be in the notification file."}}}}},description:"Who is notified, and how."},metrics:{type:"string",title:"\
an absolute path",pattern:"^/",description:"File for Prometheus metrics, written after each run. For node_exporter's tex\
tfile collector, its name must end with `.prom`."}},examples:[{notify:"blockplan/v1",targets:[{on:["stranded","uncertain"],
command:["/usr/local/bin/page-operator"]},{mail:{to:"root"}}]}]},pattern3=new RegExp("^(?!-)[A-Za-z0-9!#$%&'*+/=?^_`{|}~\
.-]+(@[A-Za-z0-9.-]+)?$","u"),pattern6=new RegExp("^https?://[A-Za-z0-9._~:[\\]-]+([/?#].*)?$","u"),pattern7=new RegExp(
"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$","u"),pattern8=new RegExp("^[\\t -~]*$","u"),pattern9=new RegExp("^/","u");function validate52(data,{
instancePath="",parentData,parentDataProperty,rootData=data,dynamicAnchors={}}={}){let vErrors=null,errors=0,evaluated0=validate52.
evaluated;if(evaluated0.dynamicProps&&(evaluated0.props=void 0),evaluated0.dynamicItems&&(evaluated0.items=void 0),data&&
typeof data=="object"&&!Array.isArray(data)){if(data.notify===void 0){let err0={instancePath,schemaPath:"#/required",keyword:"\
required",params:{missingProperty:"notify"}};vErrors===null?vErrors=[err0]:vErrors.push(err0),errors++}for(let key0 in data)
if(!(key0==="notify"||key0==="targets"||key0==="metrics")){let err1={instancePath,schemaPath:"#/additionalProperties",keyword:"\
additionalProperties",params:{additionalProperty:key0}};vErrors===null?vErrors=[err1]:vErrors.push(err1),errors++}if(data.
notify!==void 0&&data.notify!=="blockplan/v1"){let err2={instancePath:instancePath+"/notify",schemaPath:"#/properties/no\
tify/const",keyword:"const",params:{allowedValue:"blockplan/v1"}};vErrors===null?vErrors=[err2]:vErrors.push(err2),errors++}
if(data.targets!==void 0){let data1=data.targets;if(Array.isArray(data1)){if(data1.length>20){let err3={instancePath:instancePath+
"/targets",schemaPath:"#/properties/targets/maxItems",keyword:"maxItems",params:{limit:20}};vErrors===null?vErrors=[err3]:
vErrors.push(err3),errors++}let len0=data1.length;for(let i0=0;i0<len0;i0++){let data2=data1[i0];if(data2&&typeof data2==
"object"&&!Array.isArray(data2)){for(let key1 in data2)if(!(key1==="on"||key1==="timeout"||key1==="command"||key1==="mai\
l"||key1==="webhook")){let err4={instancePath:instancePath+"/targets/"+i0,schemaPath:"#/properties/targets/items/additio\
nalProperties",keyword:"additionalProperties",params:{additionalProperty:key1}};vErrors===null?vErrors=[err4]:vErrors.push(
err4),errors++}if(data2.on!==void 0){let data3=data2.on;if(Array.isArray(data3)){if(data3.length<1){let err5={instancePath:instancePath+
"/targets/"+i0+"/on",schemaPath:"#/properties/targets/items/properties/on/minItems",keyword:"minItems",params:{limit:1}};
vErrors===null?vErrors=[err5]:vErrors.push(err5),errors++}let len1=data3.length;for(let i1=0;i1<len1;i1++){let data4=data3[i1];
if(typeof data4!="string"){let err6={instancePath:instancePath+"/targets/"+i0+"/on/"+i1,schemaPath:"#/properties/targets\
/items/properties/on/items/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err6]:vErrors.push(err6),
errors++}if(!(data4==="succeeded"||data4==="bug"||data4==="refused"||data4==="rolled-back"||data4==="stranded"||data4===
"uncertain"||data4==="interrupted")){let err7={instancePath:instancePath+"/targets/"+i0+"/on/"+i1,schemaPath:"#/properti\
es/targets/items/properties/on/items/enum",keyword:"enum",params:{allowedValues:schema19.properties.targets.items.properties.
on.items.enum}};vErrors===null?vErrors=[err7]:vErrors.push(err7),errors++}}}else{let err8={instancePath:instancePath+"/t\
argets/"+i0+"/on",schemaPath:"#/properties/targets/items/properties/on/type",keyword:"type",params:{type:"array"}};vErrors===
null?vErrors=[err8]:vErrors.push(err8),errors++}}if(data2.timeout!==void 0){let data5=data2.timeout;if(!(typeof data5=="\
number"&&!(data5%1)&&!isNaN(data5)&&isFinite(data5))){let err9={instancePath:instancePath+"/targets/"+i0+"/timeout",schemaPath:"\
#/properties/targets/items/properties/timeout/type",keyword:"type",params:{type:"integer"}};vErrors===null?vErrors=[err9]:
vErrors.push(err9),errors++}if(typeof data5=="number"&&isFinite(data5)){if(data5>60||isNaN(data5)){let err10={instancePath:instancePath+
"/targets/"+i0+"/timeout",schemaPath:"#/properties/targets/items/properties/timeout/maximum",keyword:"maximum",params:{comparison:"\
<=",limit:60}};vErrors===null?vErrors=[err10]:vErrors.push(err10),errors++}if(data5<1||isNaN(data5)){let err11={instancePath:instancePath+
"/targets/"+i0+"/timeout",schemaPath:"#/properties/targets/items/properties/timeout/minimum",keyword:"minimum",params:{comparison:"\
>=",limit:1}};vErrors===null?vErrors=[err11]:vErrors.push(err11),errors++}}}if(data2.command!==void 0){let data6=data2.command;
if(Array.isArray(data6)){if(data6.length<1){let err12={instancePath:instancePath+"/targets/"+i0+"/command",schemaPath:"#\
/properties/targets/items/properties/command/minItems",keyword:"minItems",params:{limit:1}};vErrors===null?vErrors=[err12]:
vErrors.push(err12),errors++}let len2=data6.length;for(let i2=0;i2<len2;i2++)if(typeof data6[i2]!="string"){let err13={instancePath:instancePath+
"/targets/"+i0+"/command/"+i2,schemaPath:"#/properties/targets/items/properties/command/items/type",keyword:"type",params:{
type:"string"}};vErrors===null?vErrors=[err13]:vErrors.push(err13),errors++}}else{let err14={instancePath:instancePath+"\
/targets/"+i0+"/command",schemaPath:"#/properties/targets/items/properties/command/type",keyword:"type",params:{type:"ar\
ray"}};vErrors===null?vErrors=[err14]:vErrors.push(err14),errors++}}if(data2.mail!==void 0){let data8=data2.mail;if(data8&&
typeof data8=="object"&&!Array.isArray(data8)){if(data8.to===void 0){let err15={instancePath:instancePath+"/targets/"+i0+
"/mail",schemaPath:"#/properties/targets/items/properties/mail/required",keyword:"required",params:{missingProperty:"to"}};
vErrors===null?vErrors=[err15]:vErrors.push(err15),errors++}for(let key2 in data8)if(!(key2==="to"||key2==="from")){let err16={
instancePath:instancePath+"/targets/"+i0+"/mail",schemaPath:"#/properties/targets/items/properties/mail/additionalProper\
ties",keyword:"additionalProperties",params:{additionalProperty:key2}};vErrors===null?vErrors=[err16]:vErrors.push(err16),
errors++}if(data8.to!==void 0){let data9=data8.to;if(typeof data9!="string"&&!Array.isArray(data9)){let err17={instancePath:instancePath+
"/targets/"+i0+"/mail/to",schemaPath:"#/properties/targets/items/properties/mail/properties/to/type",keyword:"type",params:{
type:schema19.properties.targets.items.properties.mail.properties.to.type}};vErrors===null?vErrors=[err17]:vErrors.push(
err17),errors++}if(typeof data9=="string"&&!pattern3.test(data9)){let err18={instancePath:instancePath+"/targets/"+i0+"/\
mail/to",schemaPath:"#/properties/targets/items/properties/mail/properties/to/pattern",keyword:"pattern",params:{pattern:"\
^(?!-)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+(@[A-Za-z0-9.-]+)?$"}};vErrors===null?vErrors=[err18]:vErrors.push(err18),errors++}
if(Array.isArray(data9)){if(data9.length<1){let err19={instancePath:instancePath+"/targets/"+i0+"/mail/to",schemaPath:"#\
/properties/targets/items/properties/mail/properties/to/minItems",keyword:"minItems",params:{limit:1}};vErrors===null?vErrors=
[err19]:vErrors.push(err19),errors++}let len3=data9.length;for(let i3=0;i3<len3;i3++){let data10=data9[i3];if(typeof data10==
"string"){if(!pattern3.test(data10)){let err20={instancePath:instancePath+"/targets/"+i0+"/mail/to/"+i3,schemaPath:"#/pr\
operties/targets/items/properties/mail/properties/to/items/pattern",keyword:"pattern",params:{pattern:"^(?!-)[A-Za-z0-9!\
#$%&'*+/=?^_`{|}~.-]+(@[A-Za-z0-9.-]+)?$"}};vErrors===null?vErrors=[err20]:vErrors.push(err20),errors++}}else{let err21={
instancePath:instancePath+"/targets/"+i0+"/mail/to/"+i3,schemaPath:"#/properties/targets/items/properties/mail/propertie\
s/to/items/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err21]:vErrors.push(err21),errors++}}}}if(data8.
from!==void 0){let data11=data8.from;if(typeof data11=="string"){if(!pattern3.test(data11)){let err22={instancePath:instancePath+
"/targets/"+i0+"/mail/from",schemaPath:"#/properties/targets/items/properties/mail/properties/from/pattern",keyword:"pat\
tern",params:{pattern:"^(?!-)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+(@[A-Za-z0-9.-]+)?$"}};vErrors===null?vErrors=[err22]:vErrors.
push(err22),errors++}}else{let err23={instancePath:instancePath+"/targets/"+i0+"/mail/from",schemaPath:"#/properties/tar\
gets/items/properties/mail/properties/from/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err23]:vErrors.
push(err23),errors++}}}else{let err24={instancePath:instancePath+"/targets/"+i0+"/mail",schemaPath:"#/properties/targets\
/items/properties/mail/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err24]:vErrors.push(err24),errors++}}
if(data2.webhook!==void 0){let data12=data2.webhook;if(data12&&typeof data12=="object"&&!Array.isArray(data12)){if(data12.
url===void 0){let err25={instancePath:instancePath+"/targets/"+i0+"/webhook",schemaPath:"#/properties/targets/items/prop\
erties/webhook/required",keyword:"required",params:{missingProperty:"url"}};vErrors===null?vErrors=[err25]:vErrors.push(
err25),errors++}for(let key3 in data12)if(!(key3==="url"||key3==="headers"||key3==="headers-file")){let err26={instancePath:instancePath+
"/targets/"+i0+"/webhook",schemaPath:"#/properties/targets/items/properties/webhook/additionalProperties",keyword:"addit\
ionalProperties",params:{additionalProperty:key3}};vErrors===null?vErrors=[err26]:vErrors.push(err26),errors++}if(data12.
url!==void 0){let data13=data12.url;if(typeof data13=="string"){if(!pattern6.test(data13)){let err27={instancePath:instancePath+
"/targets/"+i0+"/webhook/url",schemaPath:"#/properties/targets/items/properties/webhook/properties/url/pattern",keyword:"\
pattern",params:{pattern:"^https?://[A-Za-z0-9._~:[\\]-]+([/?#].*)?$"}};vErrors===null?vErrors=[err27]:vErrors.push(err27),
errors++}}else{let err28={instancePath:instancePath+"/targets/"+i0+"/webhook/url",schemaPath:"#/properties/targets/items\
/properties/webhook/properties/url/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err28]:vErrors.push(
err28),errors++}}if(data12.headers!==void 0){let data14=data12.headers;if(data14&&typeof data14=="object"&&!Array.isArray(
data14)){for(let key4 in data14){let _errs34=errors;if(typeof key4=="string"){if(!pattern7.test(key4)){let err29={instancePath:instancePath+
"/targets/"+i0+"/webhook/headers",schemaPath:"#/properties/targets/items/properties/webhook/properties/headers/propertyN\
ames/pattern",keyword:"pattern",params:{pattern:"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"},propertyName:key4};vErrors===null?vErrors=
[err29]:vErrors.push(err29),errors++}}else{let err30={instancePath:instancePath+"/targets/"+i0+"/webhook/headers",schemaPath:"\
#/properties/targets/items/properties/webhook/properties/headers/propertyNames/type",keyword:"type",params:{type:"string"},
propertyName:key4};vErrors===null?vErrors=[err30]:vErrors.push(err30),errors++}var valid12=_errs34===errors;if(!valid12){
let err31={instancePath:instancePath+"/targets/"+i0+"/webhook/headers",schemaPath:"#/properties/targets/items/properties\
/webhook/properties/headers/propertyNames",keyword:"propertyNames",params:{propertyName:key4}};vErrors===null?vErrors=[err31]:
vErrors.push(err31),errors++}}for(let key5 in data14){let data15=data14[key5];if(typeof data15=="string"){if(!pattern8.test(
data15)){let err32={instancePath:instancePath+"/targets/"+i0+"/webhook/headers/"+key5.replace(/~/g,"~0").replace(/\//g,"\
~1"),schemaPath:"#/properties/targets/items/properties/webhook/properties/headers/additionalProperties/pattern",keyword:"\
pattern",params:{pattern:"^[\\t -~]*$"}};vErrors===null?vErrors=[err32]:vErrors.push(err32),errors++}}else{let err33={instancePath:instancePath+
"/targets/"+i0+"/webhook/headers/"+key5.replace(/~/g,"~0").replace(/\//g,"~1"),schemaPath:"#/properties/targets/items/pr\
operties/webhook/properties/headers/additionalProperties/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=
[err33]:vErrors.push(err33),errors++}}}else{let err34={instancePath:instancePath+"/targets/"+i0+"/webhook/headers",schemaPath:"\
#/properties/targets/items/properties/webhook/properties/headers/type",keyword:"type",params:{type:"object"}};vErrors===
null?vErrors=[err34]:vErrors.push(err34),errors++}}if(data12["headers-file"]!==void 0){let data16=data12["headers-file"];
if(typeof data16=="string"){if(!pattern9.test(data16)){let err35={instancePath:instancePath+"/targets/"+i0+"/webhook/hea\
ders-file",schemaPath:"#/properties/targets/items/properties/webhook/properties/headers-file/pattern",keyword:"pattern",
params:{pattern:"^/"}};vErrors===null?vErrors=[err35]:vErrors.push(err35),errors++}}else{let err36={instancePath:instancePath+
"/targets/"+i0+"/webhook/headers-file",schemaPath:"#/properties/targets/items/properties/webhook/properties/headers-file\
/type",keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err36]:vErrors.push(err36),errors++}}}else{let err37={
instancePath:instancePath+"/targets/"+i0+"/webhook",schemaPath:"#/properties/targets/items/properties/webhook/type",keyword:"\
type",params:{type:"object"}};vErrors===null?vErrors=[err37]:vErrors.push(err37),errors++}}}else{let err38={instancePath:instancePath+
"/targets/"+i0,schemaPath:"#/properties/targets/items/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=
[err38]:vErrors.push(err38),errors++}}}else{let err39={instancePath:instancePath+"/targets",schemaPath:"#/properties/tar\
gets/type",keyword:"type",params:{type:"array"}};vErrors===null?vErrors=[err39]:vErrors.push(err39),errors++}}if(data.metrics!==
void 0){let data17=data.metrics;if(typeof data17=="string"){if(!pattern9.test(data17)){let err40={instancePath:instancePath+
"/metrics",schemaPath:"#/properties/metrics/pattern",keyword:"pattern",params:{pattern:"^/"}};vErrors===null?vErrors=[err40]:
vErrors.push(err40),errors++}}else{let err41={instancePath:instancePath+"/metrics",schemaPath:"#/properties/metrics/type",
keyword:"type",params:{type:"string"}};vErrors===null?vErrors=[err41]:vErrors.push(err41),errors++}}}else{let err42={instancePath,
schemaPath:"#/type",keyword:"type",params:{type:"object"}};vErrors===null?vErrors=[err42]:vErrors.push(err42),errors++}return validate52.
errors=vErrors,errors===0}validate52.evaluated={props:!0,dynamicProps:!1,dynamicItems:!1};export{stdin_default as default,validate};
