using System.Text.Json.Serialization;

namespace Larder.Dashboard.Documents;

/// <summary>How the documents of the API are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ActionRequest))]
[JsonSerializable(typeof(ConfigDocument))]
[JsonSerializable(typeof(CountDocument))]
[JsonSerializable(typeof(EntryDocument))]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(EventsDocument))]
[JsonSerializable(typeof(HistoryDocument))]
[JsonSerializable(typeof(KeysDocument))]
[JsonSerializable(typeof(LevelsDocument))]
[JsonSerializable(typeof(MeDocument))]
[JsonSerializable(typeof(NodesDocument))]
[JsonSerializable(typeof(OverviewDocument))]
[JsonSerializable(typeof(RemovedDocument))]
[JsonSerializable(typeof(TagsDocument))]
[JsonSerializable(typeof(ValueDocument))]
[JsonSerializable(typeof(WorkDocument))]
internal sealed partial class DashboardJson : JsonSerializerContext;
