using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Auditing;

/// <summary>A changed field; a value is null if it did not exist.</summary>
public sealed record FieldChange(string Field, string? Before, string? After);

/// <summary>The changes of a unit of work to audited rows (<see cref="IAudited"/>), read from the change tracker.</summary>
public static class FieldChanges
{
    /// <summary>Longer values are truncated, as is the list.</summary>
    private const int MaxValueLength = 2000;

    private const int MaxChanges = 100;

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="customer">The entry's customer: its changes exclude rows of other customers written in the same unit of work.</param>
    /// <returns>JSON: <c>[{"Field":"Customer.Name","Before":"Acme","After":"Acme GmbH"}]</c>; null if no audited row changed.</returns>
    public static string? Capture(DbContext db, CustomerId? customer)
    {
        var changes = db.ChangeTracker.Entries()
            .Where(e => e.Entity is IAudited && e.State is EntityState.Added or EntityState.Modified or EntityState.Deleted)
            .Where(e => e.Entity is not ICustomerOwned owned || customer is null || owned.CustomerId == customer)
            .SelectMany(entry => Capture(entry, entry.Metadata.ClrType.Name, entry.State, entry.Properties, entry.ComplexProperties))
            .Take(MaxChanges).ToList();
        return changes.Count == 0 ? null : JsonSerializer.Serialize(changes, Json);
    }

    public static IReadOnlyList<FieldChange> Parse(string? changes) =>
        changes is null ? [] : JsonSerializer.Deserialize<List<FieldChange>>(changes, Json)!;

    private static IEnumerable<FieldChange> Capture(
        EntityEntry entry,
        string path,
        EntityState state,
        IEnumerable<PropertyEntry> properties,
        IEnumerable<ComplexPropertyEntry> parts)
    {
        foreach (var property in properties.Where(p => IsRecorded(p) && (state != EntityState.Modified || p.IsModified)))
        {
            var before = state == EntityState.Added ? null : Text(property, property.OriginalValue);
            var after = state == EntityState.Deleted ? null : Text(property, property.CurrentValue);
            if (before != after || (IsSecret(property) && state == EntityState.Modified))
            {
                yield return new FieldChange($"{path}.{property.Metadata.Name}", before, after);
            }
        }

        foreach (var change in parts.SelectMany(
            part => Capture(entry, $"{path}.{part.Metadata.Name}", state, part.Properties, part.ComplexProperties)))
        {
            yield return change;
        }
    }

    /// <summary>Keys and owners are part of the entry itself; hashes and chain counters are meaningless to people.</summary>
    private static bool IsRecorded(PropertyEntry property) =>
        !property.Metadata.IsPrimaryKey()
            && property.Metadata.ClrType != typeof(byte[])
            && property.Metadata.Name is not ("ResellerId" or "CustomerId" or "CreatedAtUtc");

    /// <summary>A changed secret is recorded without its value.</summary>
    private static bool IsSecret(PropertyEntry property) =>
        property.Metadata.Name.StartsWith("Protected", StringComparison.Ordinal)
            || property.Metadata.Name.EndsWith("Hash", StringComparison.Ordinal)
            || property.Metadata.Name.Contains("Secret", StringComparison.Ordinal) || property.Metadata.Name is "PayKey" or "KeyId";

    private static string? Text(PropertyEntry property, object? value)
    {
        var text = value switch
        {
            null or "" => null,
            _ when IsSecret(property) => "•••",
            DateTimeOffset instant => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            IEnumerable<string> words => string.Join(' ', words),
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };
        return text is { Length: > MaxValueLength } ? text[..MaxValueLength] + "…" : text;
    }
}
