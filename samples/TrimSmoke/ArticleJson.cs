using System.Text.Json.Serialization;

namespace Larder.Samples.TrimSmoke;

/// <summary>The JSON of all types that the program caches, made at compile time.</summary>
[JsonSerializable(typeof(Article))]
[JsonSerializable(typeof(List<Article>))]
public sealed partial class ArticleJson : JsonSerializerContext;
