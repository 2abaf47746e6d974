using System.Text.Encodings.Web;
using System.Text.Json;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Auditing;

/// <summary>
/// An event of the history as the archive keeps it: everything that <see cref="AuditHash"/> hashes, and no network address, which is kept
/// for a limited time only. Bytes are lower-case hex; instants are microseconds since 1970-01-01T00:00:00Z.
/// </summary>
internal sealed record ArchivedEvent(
    int Version,
    Guid Id,
    Guid Chain,
    Guid? Reseller,
    Guid? Customer,
    long At,
    Guid? User,
    string Action,
    string Actor,
    string Subject,
    string? Changes,
    long Sequence,
    string? Salt,
    string Commitment,
    string Hash)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>One line of NDJSON, without the line feed.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="JsonException">The line is not an archived event.</exception>
    public static ArchivedEvent Parse(string line) =>
        JsonSerializer.Deserialize<ArchivedEvent>(line, Json) ?? throw new JsonException("The line is empty.");

    /// <param name="entry">Must be sealed.</param>
    public static ArchivedEvent FromEntry(AuditEntry entry) => new(
        1,
        entry.Id,
        entry.Chain,
        entry.ResellerId?.Value,
        entry.CustomerId?.Value,
        UtcMicroseconds.From(entry.AtUtc),
        entry.UserId,
        entry.Action,
        entry.ActorName,
        entry.Subject,
        entry.Changes,
        entry.Sequence!.Value,
        entry.Salt is { } salt ? Convert.ToHexStringLower(salt) : null,
        Convert.ToHexStringLower(entry.Commitment!),
        Convert.ToHexStringLower(entry.Hash!));

    /// <exception cref="FormatException">A field cannot be read.</exception>
    public AuditEntry ToEntry() => new()
    {
        Id = Id,
        Chain = Chain,
        ResellerId = Reseller is { } reseller ? new ResellerId(reseller) : null,
        CustomerId = Customer is { } customer ? new CustomerId(customer) : null,
        AtUtc = UtcMicroseconds.ToInstant(At),
        UserId = User,
        Action = Action,
        ActorName = Actor,
        Subject = Subject,
        Changes = Changes,
        Sequence = Sequence,
        Salt = Salt is { } salt ? Convert.FromHexString(salt) : null,
        Commitment = Convert.FromHexString(Commitment),
        Hash = Convert.FromHexString(Hash),
    };
}
