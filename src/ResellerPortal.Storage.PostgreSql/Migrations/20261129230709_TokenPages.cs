using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class TokenPages : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "LastUsedAtUtc",
                table: "ApiToken",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "TokenEvent",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    TokenId = table.Column<Guid>(type: "uuid", nullable: false),
                    AuditEntryId = table.Column<Guid>(type: "uuid", nullable: false),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false),
                    AtUtc = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TokenEvent", x => new { x.ResellerId, x.TokenId, x.AuditEntryId });
                });

            migrationBuilder.CreateTable(
                name: "TokenRequestCount",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    TokenId = table.Column<Guid>(type: "uuid", nullable: false),
                    HourStartsAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    Outcome = table.Column<string>(type: "character varying(24)", maxLength: 24, nullable: false),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Requests = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TokenRequestCount", x => new { x.ResellerId, x.TokenId, x.HourStartsAtUtc, x.Outcome });
                });

            migrationBuilder.CreateTable(
                name: "TokenTemplate",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Name = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    Environment = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    UsageLimit = table.Column<long>(type: "bigint", nullable: true),
                    LimitPeriod = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    LimitPolicy = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    ExpiresAfterDays = table.Column<int>(type: "integer", nullable: true),
                    AllowedConverters = table.Column<string>(type: "character varying(10100)", maxLength: 10100, nullable: false),
                    AllowedNetworks = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    AllowedOrigins = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    RequestsPerMinute = table.Column<int>(type: "integer", nullable: true),
                    ConcurrentRequests = table.Column<int>(type: "integer", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TokenTemplate", x => new { x.ResellerId, x.Id });
                });

            migrationBuilder.CreateIndex(
                name: "IX_TokenRequestCount_HourStartsAtUtc",
                table: "TokenRequestCount",
                column: "HourStartsAtUtc");

            migrationBuilder.CreateIndex(
                name: "IX_TokenTemplate_Id",
                table: "TokenTemplate",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_TokenTemplate_ResellerId_Name",
                table: "TokenTemplate",
                columns: new[] { "ResellerId", "Name" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "TokenEvent");

            migrationBuilder.DropTable(
                name: "TokenRequestCount");

            migrationBuilder.DropTable(
                name: "TokenTemplate");

            migrationBuilder.DropColumn(
                name: "LastUsedAtUtc",
                table: "ApiToken");
        }
    }
}
