package api

import "slices"

// smithyFamilies are the ids of the restJson1 protocol tests of
// smithy-lang/smithy (smithy-aws-protocol-tests/model/restJson1) in the files
// that have something to do with Detective's model: no blobs, headers,
// payloads, streams, unions or documents.
var smithyFamilies = map[string][]string{
	"empty-input-output": {
		"RestJsonNoInputAndNoOutput", "RestJsonNoInputAllowsAccept", "RestJsonUnitInputAndOutput", "RestJsonUnitInputAllowsAccept",
		"RestJsonUnitInputAndOutputNoOutput", "RestJsonNoInputAndOutput", "RestJsonNoInputAndOutputAllowsAccept", "RestJsonNoInputAndOutputWithJson",
		"RestJsonNoInputAndOutputNoPayload", "RestJsonEmptyInputAndEmptyOutput", "RestJsonEmptyInputAndEmptyOutputWithJson", "RestJsonEmptyInputAndEmptyOutputJsonObjectOutput",
	},
	"json-structs": {
		"RestJsonSimpleScalarProperties", "RestJsonDoesntSerializeNullStructureValues", "RestJsonServersDontSerializeNullStructureValues",
		"RestJsonDoesntDeserializeNullStructureValues", "RestJsonSupportsNaNFloatInputs", "RestJsonSupportsInfinityFloatInputs",
		"RestJsonSupportsNegativeInfinityFloatInputs", "RestJsonJsonBlobs", "RestJsonJsonTimestamps", "RestJsonJsonTimestampsWithDateTimeFormat",
		"RestJsonJsonTimestampsWithDateTimeOnTargetFormat", "RestJsonJsonTimestampsWithEpochSecondsFormat", "RestJsonJsonTimestampsWithEpochSecondsOnTargetFormat",
		"RestJsonJsonTimestampsWithHttpDateFormat", "RestJsonJsonTimestampsWithHttpDateOnTargetFormat", "RestJsonJsonEnums", "RestJsonJsonIntEnums", "RestJsonRecursiveShapes",
	},
	"json-lists": {"RestJsonLists", "RestJsonListsEmpty", "RestJsonSparseListsSerializeNull"},
	"json-maps": {
		"RestJsonJsonMaps", "RestJsonSerializesZeroValuesInMaps", "RestJsonDeserializesZeroValuesInMaps", "RestJsonSerializesDenseSetMap", "RestJsonDeserializesDenseSetMap",
		"RestJsonSparseJsonMaps", "RestJsonSerializesSparseNullMapValues", "RestJsonDeserializesSparseNullMapValues", "RestJsonSerializesZeroValuesInSparseMaps",
		"RestJsonDeserializesZeroValuesInSparseMaps", "RestJsonSerializesSparseSetMap", "RestJsonDeserializesSparseSetMap", "RestJsonSerializesSparseSetMapAndRetainsNull",
		"RestJsonDeserializesSparseSetMapAndRetainsNull",
	},
	"http-labels": {
		"RestJsonInputWithHeadersAndAllParams", "RestJsonHttpRequestLabelEscaping", "RestJsonHttpRequestWithLabelsAndTimestampFormat", "RestJsonHttpRequestWithGreedyLabelInPath",
		"RestJsonSupportsNaNFloatLabels", "RestJsonSupportsInfinityFloatLabels", "RestJsonSupportsNegativeInfinityFloatLabels", "RestJsonToleratesRegexCharsInSegments",
	},
	"http-query": {
		"RestJsonAllQueryStringTypes", "RestJsonQueryStringMap", "RestJsonQueryStringEscaping", "RestJsonSupportsNaNFloatQueryValues", "RestJsonSupportsInfinityFloatQueryValues",
		"RestJsonSupportsNegativeInfinityFloatQueryValues", "RestJsonZeroAndFalseQueryValues", "RestJsonConstantQueryString", "RestJsonConstantAndVariableQueryStringMissingOneValue",
		"RestJsonConstantAndVariableQueryStringAllValues", "RestJsonIgnoreQueryParamsInResponse", "RestJsonIgnoreQueryParamsInResponseNoPayload", "RestJsonOmitsNullQuery",
		"RestJsonSerializesEmptyQueryValue", "RestJsonServersAcceptStaticQueryParamAsEmptyString", "RestJsonOmitsEmptyListQueryValues", "RestJsonQueryIdempotencyTokenAutoFill",
		"RestJsonQueryIdempotencyTokenAutoFillIsSet", "RestJsonQueryPrecedence", "RestJsonServersPutAllQueryParamsInMap", "RestJsonQueryParamsStringListMap",
		"RestJsonServersQueryParamsStringListMap",
	},
	"http-response-code": {
		"RestJsonHttpResponseCode", "RestJsonHttpResponseCodeDefaultsToModeledCode", "RestJsonHttpResponseCodeWithNoPayload", "RestJsonHttpResponseCodeRequired",
		"RestJsonHttpResponseCodeNotSetFallsBackToHttpCode",
	},
	"errors": {
		"RestJsonGreetingWithErrors", "RestJsonInvalidGreetingError", "RestJsonComplexErrorWithNoMessage", "RestJsonEmptyComplexErrorWithNoMessage",
		"RestJsonFooErrorUsingXAmznErrorType", "RestJsonFooErrorUsingXAmznErrorTypeWithUri", "RestJsonFooErrorUsingXAmznErrorTypeWithUriAndNamespace",
		"RestJsonFooErrorUsingCode", "RestJsonFooErrorUsingCodeAndNamespace", "RestJsonFooErrorUsingCodeUriAndNamespace", "RestJsonFooErrorWithDunderType",
		"RestJsonFooErrorWithDunderTypeAndNamespace", "RestJsonFooErrorWithDunderTypeUriAndNamespace",
	},
	"fractional-seconds": {"RestJsonDateTimeWithFractionalSeconds", "RestJsonHttpDateWithFractionalSeconds"},
	"datetime-offsets":   {"RestJsonDateTimeWithNegativeOffset", "RestJsonDateTimeWithPositiveOffset"},
	"content-type":       {"RestJsonMustSupportParametersInContentType"},
	"http-content-type": {
		"RestJsonTestBodyStructure", "RestJsonHttpWithEmptyBody", "RestJsonHttpWithEmptyStructurePayload", "RestJsonTestPayloadStructure", "RestJsonHttpWithHeadersButNoPayload",
		"RestJsonHttpWithEmptyBlobPayload", "RestJsonTestPayloadBlob", "RestJsonHttpGetWithNoModeledBody", "RestJsonHttpGetWithHeaderMemberNoModeledBody",
		"RestJsonHttpPostWithNoModeledBody", "RestJsonHttpWithPostHeaderMemberNoModeledBody", "RestJsonHttpGetWithNoInput", "RestJsonHttpPostWithNoInput",
	},
	"http-accept":            {"AcceptHeaderStarRequestTest", "AcceptHeaderStarStarRequestTest"},
	"malformed-request-body": {"RestJsonInvalidJsonBody", "RestJsonTechnicallyValidJsonBody"},
	"malformed-boolean": {
		"RestJsonBodyBooleanStringCoercion", "RestJsonBodyBooleanBadLiteral", "RestJsonPathBooleanStringCoercion", "RestJsonQueryBooleanStringCoercion", "RestJsonHeaderBooleanStringCoercion",
	},
	"malformed-integer": {
		"RestJsonBodyIntegerUnderflowOverflow", "RestJsonPathIntegerUnderflowOverflow", "RestJsonQueryIntegerUnderflowOverflow", "RestJsonHeaderIntegerUnderflowOverflow",
		"RestJsonBodyIntegerMalformedValueRejected", "RestJsonPathIntegerMalformedValueRejected", "RestJsonQueryIntegerMalformedValueRejected", "RestJsonHeaderIntegerMalformedValueRejected",
	},
	"malformed-list": {"RestJsonBodyMalformedListNullItem", "RestJsonBodyMalformedListUnclosed"},
	"malformed-map":  {"RestJsonBodyMalformedMapNullKey", "RestJsonBodyMalformedMapNullValue"},
	"malformed-timestamp-body": {
		"RestJsonBodyTimestampDefaultRejectsDateTime", "RestJsonBodyTimestampDefaultRejectsStringifiedEpochSeconds", "RestJsonBodyTimestampDefaultRejectsMalformedEpochSeconds",
		"RestJsonBodyTimestampDefaultRejectsHttpDate", "RestJsonBodyTimestampDateTimeRejectsHttpDate", "RestJsonBodyTimestampDateTimeRejectsEpochSeconds",
		"RestJsonBodyTimestampDateTimeRejectsUTCOffsets", "RestJsonBodyTimestampDateTimeRejectsDifferent8601Formats", "RestJsonBodyTimestampHttpDateRejectsDateTime",
		"RestJsonBodyTimestampHttpDateRejectsEpoch",
	},
	"malformed-content-type": {
		"RestJsonWithoutBodyExpectsEmptyContentType", "RestJsonWithBodyExpectsApplicationJsonContentType", "RestJsonWithBodyExpectsApplicationJsonContentTypeNoHeaders",
		"RestJsonWithPayloadExpectsModeledContentType", "RestJsonWithPayloadExpectsImpliedContentType", "RestJsonWithoutBodyEmptyInputExpectsEmptyContentType",
	},
	"malformed-accept": {"RestJsonWithBodyExpectsApplicationJsonAccept", "RestJsonWithPayloadExpectsModeledAccept", "RestJsonWithPayloadExpectsImpliedAccept"},
	"malformed-enum": {
		"RestJsonMalformedEnumString", "RestJsonMalformedEnumList", "RestJsonMalformedEnumMapKey", "RestJsonMalformedEnumMapValue", "RestJsonMalformedEnumUnion",
	},
	"malformed-length": slices.Concat(combined("RestJsonMalformedLength", []string{"Blob", "String", "MinString", "MaxString", "List", "Map"}, "", "Override"),
		[]string{"RestJsonMalformedLengthListValue", "RestJsonMalformedLengthMapKey", "RestJsonMalformedLengthMapValue", "RestJsonMalformedLengthQueryStringNoValue"}),
	"malformed-pattern": append(combined("RestJsonMalformedPattern", []string{"String", "List", "MapKey", "MapValue", "Union"}, "", "Override"), "RestJsonMalformedPatternReDOSString"),
	"malformed-range": combined("RestJsonMalformedRange", []string{
		"Byte", "MinByte", "MaxByte", "Float", "MinFloat", "MaxFloat", "Short", "MinShort", "MaxShort", "Integer", "MinInteger", "MaxInteger", "Long", "MinLong", "MaxLong",
	}, "", "Override"),
	"malformed-required":   {"RestJsonMalformedRequiredBodyUnset", "RestJsonMalformedRequiredBodyExplicitNull", "RestJsonMalformedRequiredHeaderUnset"},
	"sensitive-validation": {"RestJsonMalformedPatternSensitiveString"},
}

// notApplicable says why an id has no case.
var notApplicable = reasons(map[string][]string{
	"every operation with an output has an input":              {"RestJsonNoInputAndOutput", "RestJsonNoInputAndOutputAllowsAccept", "RestJsonHttpGetWithNoInput"},
	"both outputs without members go with 204, without a body": {"RestJsonNoInputAndOutputWithJson", "RestJsonHttpResponseCodeNotSetFallsBackToHttpCode"},
	"a rule for clients": {
		"RestJsonNoInputAndOutputNoPayload", "RestJsonEmptyInputAndEmptyOutputJsonObjectOutput", "RestJsonDoesntSerializeNullStructureValues",
		"RestJsonDoesntDeserializeNullStructureValues", "RestJsonIgnoreQueryParamsInResponseNoPayload", "RestJsonOmitsNullQuery", "RestJsonHttpResponseCodeWithNoPayload",
	},
	"a rule for clients; the server writes UTC with Z only: TestTimestampIsWrittenInUTCWithMilliseconds": {
		"RestJsonDateTimeWithNegativeOffset", "RestJsonDateTimeWithPositiveOffset",
	},
	"a rule for clients; the header needs no rule: TestErrorTypeIsBare": {
		"RestJsonFooErrorUsingXAmznErrorType", "RestJsonFooErrorUsingXAmznErrorTypeWithUri", "RestJsonFooErrorUsingXAmznErrorTypeWithUriAndNamespace",
		"RestJsonFooErrorUsingCode", "RestJsonFooErrorUsingCodeAndNamespace", "RestJsonFooErrorUsingCodeUriAndNamespace", "RestJsonFooErrorWithDunderType",
		"RestJsonFooErrorWithDunderTypeAndNamespace", "RestJsonFooErrorWithDunderTypeUriAndNamespace",
	},
	"no input has a floating-point number": {"RestJsonSupportsNaNFloatInputs", "RestJsonSupportsInfinityFloatInputs", "RestJsonSupportsNegativeInfinityFloatInputs"},
	"the only timestamps are date-times": {
		"RestJsonJsonTimestamps", "RestJsonJsonTimestampsWithEpochSecondsFormat", "RestJsonJsonTimestampsWithEpochSecondsOnTargetFormat", "RestJsonJsonTimestampsWithHttpDateFormat",
		"RestJsonJsonTimestampsWithHttpDateOnTargetFormat", "RestJsonHttpDateWithFractionalSeconds", "RestJsonBodyTimestampDefaultRejectsDateTime",
		"RestJsonBodyTimestampDefaultRejectsStringifiedEpochSeconds", "RestJsonBodyTimestampDefaultRejectsMalformedEpochSeconds", "RestJsonBodyTimestampDefaultRejectsHttpDate",
		"RestJsonBodyTimestampHttpDateRejectsDateTime", "RestJsonBodyTimestampHttpDateRejectsEpoch",
	},
	"no blobs, integer enumerations or recursive shapes": {
		"RestJsonJsonBlobs", "RestJsonJsonIntEnums", "RestJsonRecursiveShapes", "RestJsonMalformedLengthBlob", "RestJsonMalformedLengthBlobOverride",
	},
	"no sparse lists or maps, no maps of lists in an input": {
		"RestJsonSparseListsSerializeNull", "RestJsonSerializesDenseSetMap", "RestJsonDeserializesDenseSetMap", "RestJsonSparseJsonMaps", "RestJsonSerializesSparseNullMapValues",
		"RestJsonDeserializesSparseNullMapValues", "RestJsonSerializesZeroValuesInSparseMaps", "RestJsonDeserializesZeroValuesInSparseMaps", "RestJsonSerializesSparseSetMap",
		"RestJsonDeserializesSparseSetMap", "RestJsonSerializesSparseSetMapAndRetainsNull", "RestJsonDeserializesSparseSetMapAndRetainsNull",
	},
	"the only label is one string at the end of the path": {
		"RestJsonInputWithHeadersAndAllParams", "RestJsonHttpRequestWithLabelsAndTimestampFormat", "RestJsonHttpRequestWithGreedyLabelInPath", "RestJsonSupportsNaNFloatLabels",
		"RestJsonSupportsInfinityFloatLabels", "RestJsonSupportsNegativeInfinityFloatLabels", "RestJsonToleratesRegexCharsInSegments", "RestJsonPathBooleanStringCoercion",
		"RestJsonPathIntegerUnderflowOverflow", "RestJsonPathIntegerMalformedValueRejected",
	},
	"the only query member is a list of strings": {
		"RestJsonQueryStringMap", "RestJsonSupportsNaNFloatQueryValues", "RestJsonSupportsInfinityFloatQueryValues", "RestJsonSupportsNegativeInfinityFloatQueryValues",
		"RestJsonZeroAndFalseQueryValues", "RestJsonConstantQueryString", "RestJsonConstantAndVariableQueryStringMissingOneValue", "RestJsonConstantAndVariableQueryStringAllValues",
		"RestJsonIgnoreQueryParamsInResponse", "RestJsonQueryIdempotencyTokenAutoFill", "RestJsonQueryIdempotencyTokenAutoFillIsSet", "RestJsonQueryPrecedence",
		"RestJsonServersPutAllQueryParamsInMap", "RestJsonQueryParamsStringListMap", "RestJsonServersQueryParamsStringListMap", "RestJsonQueryBooleanStringCoercion",
		"RestJsonQueryIntegerUnderflowOverflow", "RestJsonQueryIntegerMalformedValueRejected",
	},
	"no member is the status": {"RestJsonHttpResponseCode", "RestJsonHttpResponseCodeRequired"},
	"no member is a header": {
		"RestJsonHttpGetWithHeaderMemberNoModeledBody", "RestJsonHttpPostWithNoModeledBody", "RestJsonHttpWithPostHeaderMemberNoModeledBody", "RestJsonHeaderBooleanStringCoercion",
		"RestJsonHeaderIntegerUnderflowOverflow", "RestJsonHeaderIntegerMalformedValueRejected", "RestJsonMalformedRequiredHeaderUnset",
	},
	"no member is the payload": {
		"RestJsonHttpWithEmptyStructurePayload", "RestJsonTestPayloadStructure", "RestJsonHttpWithHeadersButNoPayload", "RestJsonHttpWithEmptyBlobPayload", "RestJsonTestPayloadBlob",
		"RestJsonWithPayloadExpectsModeledContentType", "RestJsonWithPayloadExpectsImpliedContentType", "RestJsonWithPayloadExpectsModeledAccept", "RestJsonWithPayloadExpectsImpliedAccept",
	},
	"the only map in an input is of strings without a pattern": {"RestJsonMalformedEnumMapKey", "RestJsonMalformedEnumMapValue", "RestJsonMalformedPatternMapValue"},
	"no unions": {"RestJsonMalformedEnumUnion", "RestJsonMalformedPatternUnion", "RestJsonMalformedPatternUnionOverride"},
	"no member narrows the constraint of its shape": {
		"RestJsonMalformedLengthStringOverride", "RestJsonMalformedLengthMinStringOverride", "RestJsonMalformedLengthMaxStringOverride", "RestJsonMalformedLengthListOverride",
		"RestJsonMalformedLengthMapOverride", "RestJsonMalformedPatternStringOverride", "RestJsonMalformedPatternListOverride", "RestJsonMalformedPatternMapKeyOverride",
		"RestJsonMalformedPatternMapValueOverride", "RestJsonMalformedRangeIntegerOverride", "RestJsonMalformedRangeMinIntegerOverride", "RestJsonMalformedRangeMaxIntegerOverride",
	},
	"the only numbers in an input are integers": combined("RestJsonMalformedRange", []string{
		"Byte", "MinByte", "MaxByte", "Float", "MinFloat", "MaxFloat", "Short", "MinShort", "MaxShort", "Long", "MinLong", "MaxLong",
	}, "", "Override"),
})

// combined lists prefix + part + suffix for each part and suffix.
func combined(prefix string, parts []string, suffixes ...string) (all []string) {
	for _, part := range parts {
		for _, suffix := range suffixes {
			all = append(all, prefix+part+suffix)
		}
	}
	return all
}

// reasons turns ids by reason into reasons by id.
func reasons(byReason map[string][]string) map[string]string {
	all := make(map[string]string)
	for reason, ids := range byReason {
		for _, id := range ids {
			all[id] = reason
		}
	}
	return all
}
