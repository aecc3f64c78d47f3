package audit

// For the tests that read records with ingest's decoder.
var Encode = encode
