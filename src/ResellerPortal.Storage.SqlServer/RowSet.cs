using System.Buffers;
using System.Data;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Data.SqlClient;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Storage.SqlServer;

/// <summary>
/// Rows of a step as one JSON text, an array of values for each, which the server reads as a table (OPENJSON,
/// https://learn.microsoft.com/sql/t-sql/functions/openjson-transact-sql). Statements stay the same for any number of rows, so that the
/// server plans them once.
/// </summary>
internal sealed class RowSet : IRowValues, IDisposable
{
    /// <summary>What a statement calls the table of its rows, whose columns are c0, c1 and so on.</summary>
    public const string Name = "@rows";

    /// <summary>Longer texts are of a type without limit.</summary>
    private const int MostCharacters = 4_000;

    private const int MostBytes = 8_000;

    private static readonly ConditionalWeakTable<BulkStatement, string> Texts = [];

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _json;

    private RowSet() => _json = new Utf8JsonWriter(
        _buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    /// <summary>A command on some of a step's rows.</summary>
    public static SqlBatchCommand CreateCommand(BulkStep step, Range rows)
    {
        using var set = new RowSet();
        var (first, count) = rows.GetOffsetAndLength(step.Count);
        set._json.WriteStartArray();
        for (var row = first; row < first + count; row++)
        {
            set._json.WriteStartArray();
            step.AddValues(row, set);
            set._json.WriteEndArray();
        }

        set._json.WriteEndArray();
        set._json.Flush();
        var command = new SqlBatchCommand(Texts.GetValue(step.Statement, CreateText));
        command.Parameters.Add(
            new SqlParameter(Name, SqlDbType.NVarChar, -1) { Value = Encoding.UTF8.GetString(set._buffer.WrittenSpan) });
        return command;
    }

    /// <summary>The statement with the columns' types.</summary>
    internal static string CreateText(BulkStatement statement)
    {
        using var shape = new SqlCommand();
        var parameters = Array.ConvertAll(statement.Parameters(shape), p => (SqlParameter)p);
        var types = parameters.Select((parameter, i) => $"c{i} {GetJsonType(parameter)} '$[{i}]'");
        var values = parameters.Select((parameter, i) => $"{CreateValue(parameter, i)} AS c{i}");
        var table = $"(SELECT {string.Join(", ", values)} FROM OPENJSON({Name}) WITH ({string.Join(", ", types)}) AS j)";
        return statement.Text.Replace(Name, table, StringComparison.Ordinal);
    }

    public void Add(long value) => _json.WriteNumberValue(value);

    public void Add(int value) => _json.WriteNumberValue(value);

    public void Add(string? value) => _json.WriteStringValue(value);

    public void Add(byte[]? value)
    {
        if (value is null)
        {
            _json.WriteNullValue();
        }
        else
        {
            _json.WriteBase64StringValue(value);
        }
    }

    public void Add(object? value)
    {
        switch (value)
        {
            case null:
                _json.WriteNullValue();
                break;
            case Guid id:
                _json.WriteStringValue(id);
                break;
            case bool flag:
                _json.WriteBooleanValue(flag);
                break;
            case long number:
                _json.WriteNumberValue(number);
                break;
            case int number:
                _json.WriteNumberValue(number);
                break;
            case DateOnly date:
                _json.WriteStringValue(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            case string text:
                Add(text);
                break;
            case byte[] bytes:
                Add(bytes);
                break;
            default:
                throw new NotSupportedException($"Values of type {value.GetType().Name} are not supported in sets of rows.");
        }
    }

    public void Dispose() => _json.Dispose();

    private static string GetJsonType(SqlParameter parameter) => parameter.SqlDbType switch
    {
        SqlDbType.BigInt => "bigint",
        SqlDbType.Int => "int",
        SqlDbType.Bit => "bit",
        SqlDbType.Date => "date",
        SqlDbType.UniqueIdentifier => "uniqueidentifier",
        SqlDbType.NVarChar => "nvarchar(max)",
        SqlDbType.VarBinary => "varbinary(max)",
        var other => throw new NotSupportedException($"Columns of type {other} are not supported in sets of rows."),
    };

    /// <summary>
    /// Only a value with a limit is sought in an index. It is one longer than the column's, so that what is too long for the column is
    /// refused or not found, and never cut to what would fit.
    /// </summary>
    private static string CreateValue(SqlParameter parameter, int index) => parameter switch
    {
        { SqlDbType: SqlDbType.NVarChar, Size: > 0 and < MostCharacters } =>
            $"CAST(j.c{index} AS nvarchar({parameter.Size + 1})) COLLATE {SqlServerModel.Collation}",
        { SqlDbType: SqlDbType.NVarChar } => $"j.c{index} COLLATE {SqlServerModel.Collation}",
        { SqlDbType: SqlDbType.VarBinary, Size: > 0 and < MostBytes } => $"CAST(j.c{index} AS varbinary({parameter.Size + 1}))",
        _ => $"j.c{index}",
    };
}
